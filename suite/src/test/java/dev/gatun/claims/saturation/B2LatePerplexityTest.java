package dev.gatun.claims.saturation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.ReferenceBackend;
import dev.gatun.experiment.Measured;
import dev.gatun.facts.PythiaCheckpoints;
import dev.gatun.facts.PythiaCheckpoints.Checkpoint;
import dev.gatun.results.Evidence;
import dev.gatun.results.Metric;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class B2LatePerplexityTest {
  private static final PythiaCheckpoints PUBLISHED = PythiaCheckpoints.shipped();

  @Test
  void everyModelHasAllItsCheckpoints() {
    assertEquals(16, PUBLISHED.byModel().size());
    PUBLISHED
        .byModel()
        .forEach((model, list) -> {
          assertEquals(27, list.size(), model);
          assertEquals(143_000, list.getLast().step(), model);
        });
  }

  @Test
  void smallModelsEndWorseThanTheirBestAndLargeOnesDoNot() {
    Evidence evidence = run(PUBLISHED);
    assertEquals(1.5101, ratio(evidence, "pythia-70m").value(), 5e-5);
    assertEquals(1.5322, ratio(evidence, "pythia-160m").value(), 5e-5);
    assertEquals(1.0122, ratio(evidence, "pythia-12b").value(), 5e-5);
    assertEquals(1, ratio(evidence, "pythia-1.4b").value(), "its last checkpoint is its best");
  }

  @Test
  void uncertaintyComesFromBothStandardErrors() {
    Metric ratio = ratio(run(PUBLISHED), "pythia-70m");
    double relative = Math.hypot(6.044 / 142.429, 3.992 / 94.3196);
    assertEquals(1.959964 * ratio.value() * relative, ratio.uncertainty(), 1e-9);
  }

  @Test
  void bestOfManyFlatCheckpointsIsBiasedLowByTwoStandardErrors() {
    double flat = Measured.value(run(PUBLISHED), "pythia-12b", "final_over_best_null");
    double relative = 0.08363 / 3.92364;
    // The mean of the least of 27 standard normal draws is −2.07.
    assertEquals(1 + 2.07 * relative, flat, 0.1 * relative);
  }

  @Test
  void plantedFaultModelsInTheWrongOrderTurnTheFindingRound() {
    Evidence evidence = run(shuffled());
    assertTrue(ratio(evidence, "pythia-70m").value() < 1.1);
    assertTrue(ratio(evidence, "pythia-12b").value() > 1.2);
  }

  /** The smallest models' results under the largest models' names and the other way round. */
  static PythiaCheckpoints shuffled() {
    Map<String, List<Checkpoint>> shuffled = new LinkedHashMap<>();
    List<String> sizes = List.of("70m", "160m", "410m", "1b-bf16", "1.4b", "2.8b", "6.9b", "12b");
    for (int i = 0; i < sizes.size(); i++) {
      String from = "pythia-" + sizes.get(sizes.size() - 1 - i);
      String to = "pythia-" + sizes.get(i);
      shuffled.put(to, PUBLISHED.byModel().get(from));
      shuffled.put(deduplicated(to), PUBLISHED.byModel().get(deduplicated(from)));
    }
    return new PythiaCheckpoints(shuffled);
  }

  private static String deduplicated(String model) {
    return model.replace("-bf16", "") + "-deduped";
  }

  private static Metric ratio(Evidence evidence, String model) {
    return Measured.metric(evidence, model, "final_over_best");
  }

  private static Evidence run(PythiaCheckpoints checkpoints) {
    return Measured.evidence(
        new B2LatePerplexity(checkpoints), Measured.context(ReferenceBackend.open()));
  }
}
