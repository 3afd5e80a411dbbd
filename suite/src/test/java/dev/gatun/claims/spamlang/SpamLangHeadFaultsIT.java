package dev.gatun.claims.spamlang;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.data.SpamLang;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.PlantedFaults;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.Provenance;
import dev.gatun.tensor.Batch;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The checks of H1 that read SpamLang find what is broken on purpose in a single head. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SpamLangHeadFaultsIT {
  private final Backend backend = CpuBackend.open(1);

  private ClaimContext context;

  /** All tests share it, so that the sound runs are trained once. */
  private Evidence whole;

  @BeforeAll
  void trainOnTheWholeLanguage(@TempDir Path folder) {
    context = SmallSpamLang.context(backend, folder);
    whole = evidence(SpamLangRun.Examples.UNIFORM);
  }

  @AfterAll
  void closeBackend() {
    backend.close();
  }

  /** Seven symbols of eight never occur. */
  private static final SpamLangRun.Examples FEW_SYMBOLS =
      (setting, randomness) ->
          new SpamLang(
              setting.model().vocabulary() / 8, setting.batch(), setting.length(), randomness);

  /** Every sequence with the symbol of the next one as its target. */
  private static final SpamLangRun.Examples SHUFFLED_LABELS =
      (setting, randomness) -> {
        var whole = SpamLangRun.Examples.UNIFORM.of(setting, randomness);
        return step -> {
          Batch batch = whole.batch(step);
          int[] targets = new int[batch.targets().length];
          for (int i = 0; i < targets.length; i++) {
            targets[i] = batch.targets()[(i + batch.length()) % targets.length];
          }
          return new Batch(batch.inputs(), targets, batch.batch(), batch.length());
        };
      };

  @Test
  void labelsThatSayNothingAreFound() {
    assertFound(faulty("class-factored-seq", SHUFFLED_LABELS));
  }

  @Test
  void symbolsThatAreNeverShownAreFound() {
    assertFound(faulty("factorised-seq19.5", FEW_SYMBOLS));
  }

  @Test
  void stepsThatShowMoreThanTheirBatchSaysAreFound() {
    SpamLangRun.Examples more =
        (setting, randomness) ->
            new SpamLang(
                setting.model().vocabulary(), 4 * setting.batch(), setting.length(), randomness);
    assertFound(faulty("linear-seq4.88", more));
  }

  private void assertFound(Evidence faulty) {
    PlantedFaults.assertFound("H1", whole, faulty, "accuracy");
  }

  /** With a fault in the arms whose names begin with the text; trials of a rate stay sound. */
  private Evidence faulty(String arms, SpamLangRun.Examples fault) {
    return PlantedFaults.evidence(
        context, run -> run.startsWith(arms) && !run.contains("-rate"), () -> evidence(fault));
  }

  private Evidence evidence(SpamLangRun.Examples examples) {
    var heads =
        new SpamLangHeads(
            (_, first) ->
                new SpamLangHeadPlan(
                    512,
                    List.of(1e-2),
                    first + 1000,
                    LongStream.range(first, first + 5).boxed().toList()),
            examples);
    var builder = new EvidenceBuilder();
    heads.run(context, "H1", builder);
    return builder.build(new Provenance(Map.of()));
  }
}
