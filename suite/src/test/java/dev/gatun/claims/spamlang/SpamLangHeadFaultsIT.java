package dev.gatun.claims.spamlang;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.data.Batch;
import dev.gatun.data.SpamLang;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.PlantedFaults;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.Outcome;
import dev.gatun.results.Provenance;
import dev.gatun.results.Verdict;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The checks of H1 that read SpamLang find what is broken on purpose. */
class SpamLangHeadFaultsIT {
  private final Backend backend = CpuBackend.open(2);

  @TempDir private Path exactOutput;
  @TempDir private Path faultyOutput;

  @AfterEach
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
  void labelsThatSayNothingAreFoundThoughTheyPassWhereExamplesAreFew() {
    assertFound("enough_examples_learned", SHUFFLED_LABELS);
    assertEquals(
        Outcome.REPRODUCED,
        verdict("few_examples_not_learned", SHUFFLED_LABELS, faultyOutput).outcome());
  }

  @Test
  void symbolsThatAreNeverShownAreFound() {
    assertFound("enough_examples_learned", FEW_SYMBOLS);
  }

  @Test
  void stepsThatShowMoreThanTheirBatchSaysAreFound() {
    SpamLangRun.Examples more =
        (setting, randomness) ->
            new SpamLang(
                setting.model().vocabulary(), 16 * setting.batch(), setting.length(), randomness);
    assertFound("few_examples_not_learned", more);
  }

  private void assertFound(String check, SpamLangRun.Examples fault) {
    Verdict whole = verdict(check, SpamLangRun.Examples.UNIFORM, exactOutput);
    Verdict found = verdict(check, fault, faultyOutput);
    assertEquals(Outcome.REPRODUCED, whole.outcome(), whole::toString);
    assertNotEquals(Outcome.REPRODUCED, found.outcome(), found::toString);
    assertNotEquals(Outcome.SKIPPED, found.outcome(), found::toString);
  }

  private Verdict verdict(String check, SpamLangRun.Examples examples, Path output) {
    var heads =
        new SpamLangHeads(
            (_, first) ->
                new SpamLangHeadPlan(
                    512,
                    List.of(1e-2),
                    first + 1000,
                    LongStream.range(first, first + 5).boxed().toList()),
            examples);
    ClaimContext context = SmallSpamLang.context(backend, output);
    var builder = new EvidenceBuilder();
    heads.run(context, "H1", builder);
    // A stored run knows its configuration, not the fault of its language.
    context.discardUnfinished();
    Evidence evidence = builder.build(new Provenance(Map.of()));
    return PlantedFaults.verdict(evidence, "H1", check);
  }
}
