package dev.gatun.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.data.Randomness;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.checkpoint.Checkpoint;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.Metric;
import dev.gatun.results.Provenance;
import dev.gatun.results.RunRecorder;
import dev.gatun.tensor.Batch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The small matrices of contexts give what the claims measure with matrices of tokens. */
class CheckpointMeterTest {
  private static final Path FIXTURE = Path.of("src", "test", "resources", "fixtures", "llama-tiny");
  private static final int SEQUENCES = 12;
  private static final int LENGTH = 17;
  private static final int STEP = 3;
  private static final long SEED = 5;

  private static Backend backend;
  private static Map<String, Double> byContexts;
  private static Map<String, Double> byTokens;

  @BeforeAll
  static void measureBothWays() {
    backend = CpuBackend.open(2, Optional.empty());
    int[] tokens = Randomness.of(SEED).generator().ints((long) SEQUENCES * LENGTH, 0, 60).toArray();
    byContexts = byContexts(tokens);
    byTokens = byTokens(tokens);
  }

  @AfterAll
  static void close() {
    backend.close();
  }

  private static Map<String, Double> byContexts(int[] tokens) {
    var builder = new EvidenceBuilder();
    var batch = new TokenBatch("random", "", tokens, SEQUENCES, LENGTH);
    try (TensorScope scope = backend.newScope();
        var meter =
            new CheckpointMeter(FIXTURE, backend, Randomness.of(SEED), MeasureProgress.NONE)) {
      meter.measure(scope, batch, STEP, run(builder));
    }
    return metrics(builder);
  }

  private static Map<String, Double> byTokens(int[] tokens) {
    int length = LENGTH - 1;
    int[] inputs = new int[SEQUENCES * length];
    int[] targets = new int[SEQUENCES * length];
    for (int i = 0; i < SEQUENCES; i++) {
      System.arraycopy(tokens, i * LENGTH, inputs, i * length, length);
      System.arraycopy(tokens, i * LENGTH + 1, targets, i * length, length);
    }
    var builder = new EvidenceBuilder();
    RunRecorder run = run(builder);
    try (LanguageModel model = Checkpoint.load(FIXTURE, backend)) {
      var contexts = new Batch(inputs, targets, SEQUENCES, length);
      var meter = new HeadMeter(HeadMeasures.EXACT, contexts, Randomness.of(SEED));
      meter.recordProjection(model, STEP, run);
      meter.recordSpectra(model, STEP, run);
      meter.recordAnatomy(model, STEP, run);
      meter.recordBatches(model, STEP, run);
    }
    return metrics(builder);
  }

  private static RunRecorder run(EvidenceBuilder builder) {
    return builder.begin("run", "measure", "arm", "measure", "cpu", SEED, "{}");
  }

  private static Map<String, Double> metrics(EvidenceBuilder builder) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    for (Metric metric : builder.build(Provenance.ofThisProcess()).metrics()) {
      assertEquals(STEP, metric.step(), metric.name());
      metrics.put(metric.name(), metric.value());
    }
    return metrics;
  }

  private static void assertSame(double tolerance, String... prefixes) {
    List<String> failures = new ArrayList<>();
    List<String> names =
        byTokens.keySet().stream()
            .filter(name -> Arrays.stream(prefixes).anyMatch(name::startsWith))
            .filter(name ->
                !name.matches(".*(random|spectrum_matched).*")) // other streams, other heads
            .toList();
    assertTrue(names.size() >= prefixes.length, () -> names.toString());
    for (String name : names) {
      double expected = byTokens.get(name);
      double actual = byContexts.getOrDefault(name, Double.NaN);
      if (!(Math.abs(expected - actual) <= tolerance * Math.max(1, Math.abs(expected)))) {
        failures.add("%s: %s by contexts, %s by tokens".formatted(name, actual, expected));
      }
    }
    assertTrue(failures.isEmpty(), () -> String.join("\n", failures) + "\nseed " + SEED);
  }

  @Test
  void normsAndLeverageAreThoseOfTheClaims() {
    assertSame(
        1e-6,
        "loss",
        "destroyed_norm_unrelated",
        "destroyed_norm_of_targets",
        "kept_norm",
        "kept_over_chance",
        "calibrated_kept_over_chance",
        "kept_over_calibrated",
        "participation_ratio",
        "cosine_unrelated",
        "head_condition",
        "target_leverage",
        "gradient_norm");
    assertEquals(byTokens.get("destroyed_norm"), byContexts.get("destroyed_norm"), 1e-7);
  }

  @Test
  void ranksAndResidualsAreThoseOfTheClaims() {
    assertSame(0, "rank_cap");
    assertSame(1e-6, "best_rank_residual", "direction_residual");
    assertEquals(byTokens.get("gradient_rank"), byContexts.get("gradient_rank"), 1);
  }

  @Test
  void ranksByBatchAreThoseOfTheClaims() {
    assertSame(0, "targets_rank_of@", "gradient_components_70_of@", "gradient_components_999_of@");
    assertSame(0.05, "gradient_rank_of@");
  }

  @Test
  void lossesAlongDirectionsAreThoseOfTheClaims() {
    assertSame(
        1e-5,
        "cosine_gradient",
        "cosine_hidden_induced",
        "cosine_full_step",
        "cosine_projected",
        "decrease_gradient@",
        "decrease_hidden_induced@",
        "decrease_full_step@",
        "decrease_projected@");
  }

  @Test
  void centredHeadIsMeasuredBesideTheHead() {
    for (String metric : List.of("kept_norm", "cosine_hidden_induced", "direction_residual")) {
      assertTrue(byTokens.containsKey(metric + "_centred"), metric);
    }
    double loss = byContexts.get("truncated_loss_of_rank_centred@32");
    assertEquals(byContexts.get("loss"), loss, 1e-6);
  }

  @Test
  void headOfTheSameSpectrumHasTheCosineThatFollowsFromIt() {
    for (var measured : List.of(byContexts, byTokens)) {
      for (String head : List.of("", "_centred")) {
        double expected = measured.get("cosine_unrelated" + head);
        double cosine = measured.get("cosine_spectrum_matched" + head);
        assertEquals(1, cosine / expected, 0.3, "seed " + SEED);
      }
    }
  }

  @Test
  void energiesByComponentAreThoseOfTheClaims() {
    assertSame(0, "head_components");
    assertSame(
        1e-6,
        "energy_gradient@",
        "energy_kept@",
        "head_energy_unrelated",
        "moved_to_tail",
        "moved_to_tail_centred",
        "moved_to_tail_by_step");
  }

  @Test
  void randomHeadDestroysWhatItsShapeSays() {
    double unrelated = byContexts.get("destroyed_norm_unrelated");
    assertEquals(unrelated, byContexts.get("destroyed_norm_random_head"), 0.01, "seed " + SEED);
  }

  @Test
  void lowerRanksOfTheHeadLoseMoreAndTheFullRankNothing() {
    assertEquals(byContexts.get("loss"), byContexts.get("truncated_loss_of_rank@32"), 1e-6);
    double[] errors =
        IntStream.of(1, 2, 4, 8, 16, 32)
            .mapToDouble(rank -> byContexts.get("head_error_of_rank@" + rank))
            .toArray();
    for (int i = 1; i < errors.length; i++) {
      assertTrue(errors[i] < errors[i - 1], Arrays.toString(errors));
    }
    assertEquals(0, errors[5], 1e-7);
  }

  @Test
  void moreContextsThanFitAreRefused() {
    int length = 64;
    int batch = CheckpointMeter.MOST_CONTEXTS / (length - 1) + 1;
    var tokens = new TokenBatch("many", "", new int[batch * length], batch, length);
    var config = Checkpoint.config(FIXTURE);
    assertThrows(
        IllegalArgumentException.class, () -> CheckpointMeter.requireMeasurable(config, tokens));
  }
}
