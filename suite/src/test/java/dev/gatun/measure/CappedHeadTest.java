package dev.gatun.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.data.Randomness;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.Metric;
import dev.gatun.results.Provenance;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A head whose logits are capped is measured by the gradient of its logits before the cap. */
class CappedHeadTest {
  private static final Path FIXTURE =
      Path.of("src", "test", "resources", "fixtures", "gemma2-capped");
  private static final int SEQUENCES = 4;
  private static final int LENGTH = 17;
  private static final long SEED = 7;

  @Test
  void numbersAreThoseOfTheDefinition() {
    int[] tokens = Randomness.of(SEED).generator().ints((long) SEQUENCES * LENGTH, 0, 31).toArray();
    var builder = new EvidenceBuilder();
    ExactHead exact;
    int width;
    try (Backend backend = CpuBackend.open(2, Optional.empty());
        TensorScope scope = backend.newScope();
        var meter =
            new CheckpointMeter(FIXTURE, backend, Randomness.of(SEED), MeasureProgress.NONE)) {
      var measured =
          meter.measure(
              scope,
              new TokenBatch("random", "", tokens, SEQUENCES, LENGTH),
              0,
              builder.begin("run", "measure", "arm", "measure", "cpu", SEED, "{}"));
      width = meter.config().width();
      double cap = meter.config().logitCap().orElseThrow();
      float[] head = backend.toFloats(meter.head().weights(scope));
      double[] hidden = backend.toDoubles(measured.hidden());
      exact = new ExactHead(head, width, cap, hidden, tokens, LENGTH);
      double uncapped = new ExactHead(head, width, hidden, tokens, LENGTH).destroyedNorm();
      assertTrue(
          Math.abs(uncapped - exact.destroyedNorm()) > 1e-4, "the cap is too wide to be seen here");
    }
    Map<String, Double> metrics =
        builder.build(Provenance.ofThisProcess()).metrics().stream()
            .collect(Collectors.toMap(Metric::name, Metric::value));
    assertEquals(exact.loss(), metrics.get("loss"), 1e-6);
    assertEquals(exact.loss(), metrics.get("truncated_loss_of_rank@" + width), 1e-6);
    assertEquals(exact.destroyedNorm(), metrics.get("destroyed_norm"), 1e-6);
    for (double size : new double[] {0.5, 4}) {
      String metric = "decrease_gradient@" + (size < 1 ? "0.5" : "4");
      assertEquals(exact.decreaseAlongGradient(size), metrics.get(metric), 1e-5, metric);
    }
    assertTrue(
        metrics.keySet().stream()
            .noneMatch(name -> name.contains("centred") || name.contains("calibrated")),
        "a cap sees what is common to all rows of W, and G is no difference of probabilities");
  }
}
