package dev.gatun.claims.spamlang;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.claims.spamlang.SpamLangRun.Examples;
import dev.gatun.data.BatchSource;
import dev.gatun.data.SpamLang;
import dev.gatun.experiment.FaultFamily;
import dev.gatun.experiment.Measured;
import dev.gatun.experiment.PlantedFaults;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.SmallestFaults;
import dev.gatun.results.Evidence;
import dev.gatun.results.Outcome;
import dev.gatun.tensor.Batch;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The smallest faults of A6 and G5 that are found. */
class SpamLangFaultsIT extends SmallestFaults {
  private final Backend backend = CpuBackend.open(1);

  @TempDir private Path output;

  @AfterAll
  void closeBackend() {
    backend.close();
  }

  @Override
  protected List<FaultFamily> families() {
    return List.of(
        new FaultFamily(
            "A6",
            "Sequences are to be followed by the symbol of the next one.",
            "share of the sequences",
            List.of(0.0625, 0.125, 0.25, 0.5, 0.75, 1.0),
            false,
            "",
            this::evidence),
        new FaultFamily(
            "G5",
            "Symbols that are to occur never do, but in the runs that the law is fitted to.",
            "share of the symbols",
            List.of(0.0625, 0.125, 0.25, 0.5, 0.75),
            false,
            "",
            this::withoutSymbols));
  }

  /** A6's arms of one rate, whose law is that of V = 512. */
  private Evidence withoutSymbols(double share) {
    Examples examples =
        (setting, randomness) -> {
          BatchSource whole = Examples.UNIFORM.of(setting, randomness);
          if (setting.arm().startsWith("v512-seq4.88-rate")) {
            return whole;
          }
          int left = (int) Math.round((1 - share) * setting.model().vocabulary());
          return step -> {
            Batch batch = whole.batch(step);
            int[] ids = Arrays.stream(batch.inputs()).map(symbol -> symbol % left).toArray();
            return new Batch(ids, ids.clone(), batch.batch(), batch.length());
          };
        };
    return Measured.evidence(
        SmallSpamLang.coverageLaw(
            arms(
                "(v512|v2048|d\\d+-v2048)-(seq4.88|seq19.5|seq78|batch128).*|length(64|1-equal-pos.*)"),
            vocabulary -> vocabulary / 8,
            examples),
        SmallSpamLang.context(backend, output.resolve("coverage" + share)));
  }

  private Evidence evidence(double share) {
    return evidence("v512-batch128.*", setting -> setting, shuffled(share), "shuffled" + share);
  }

  @Test
  void modelThatCannotLearnIsFoundThoughItPassesForALargeVocabulary() {
    UnaryOperator<SpamLangSetting> unlearning =
        setting -> SmallSpamLang.with(setting, setting.steps(), 0, setting.backwardRank());
    Evidence evidence =
        evidence("v(512|2048)-batch128.*|length64", unlearning, Examples.UNIFORM, "unlearning");
    assertEquals(Outcome.NOT_REPRODUCED, outcome(evidence, "smallest_learned"));
    assertEquals(Outcome.AS_ITS_NULL, outcome(evidence, "largest_not_learned"));
  }

  /** Sequences of 1 come in step by step with one and the same symbol. */
  @Test
  void positionsThatAreNotIndependentAreFound() {
    Examples dependent =
        (setting, randomness) -> {
          BatchSource one =
              new SpamLang(setting.model().vocabulary(), 1, setting.batch(), randomness);
          return step -> {
            Batch batch = one.batch(step);
            return new Batch(batch.inputs(), batch.targets(), setting.batch(), setting.length());
          };
        };
    String arms = "length1-equal-positions";
    PlantedFaults.assertFound(
        "A6",
        evidence(arms, setting -> setting, Examples.UNIFORM, "independent"),
        evidence(arms, setting -> setting, dependent, "dependent"),
        "accuracy");
  }

  private static Outcome outcome(Evidence evidence, String check) {
    return PlantedFaults.verdict(evidence, "A6", check).outcome();
  }

  /** The arms of these names, at an eighth of V. */
  private Evidence evidence(
      String names, UnaryOperator<SpamLangSetting> fault, Examples examples, String folder) {
    return Measured.evidence(
        SmallSpamLang.claim(arms(names), vocabulary -> vocabulary / 8, fault, examples),
        SmallSpamLang.context(backend, output.resolve(folder)));
  }

  private static List<String> arms(String names) {
    return SpamLangPlan.quick(Seeds.from(1)).settings().stream()
        .map(SpamLangSetting::arm)
        .filter(arm -> arm.matches(names))
        .distinct()
        .toList();
  }

  private static Examples shuffled(double share) {
    return (setting, randomness) -> {
      BatchSource whole = Examples.UNIFORM.of(setting, randomness);
      return step -> {
        Batch batch = whole.batch(step);
        int[] targets = batch.targets().clone();
        int length = batch.length();
        for (int row = 0; row < batch.batch(); row++) {
          long sequence = step * batch.batch() + row;
          if (Math.floor((sequence + 1) * share) > Math.floor(sequence * share)) {
            int next = batch.targets()[(row + 1) % batch.batch() * length];
            Arrays.fill(targets, row * length, (row + 1) * length, next);
          }
        }
        return new Batch(batch.inputs(), targets, batch.batch(), length);
      };
    };
  }
}
