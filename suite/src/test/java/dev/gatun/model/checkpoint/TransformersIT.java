package dev.gatun.model.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.TransformersPython;
import dev.gatun.backend.Backend;
import dev.gatun.backend.ReferenceBackend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.model.HeadForm;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.TinyModels;
import dev.gatun.model.TransformerConfig;
import dev.gatun.safetensors.SafetensorsFile;
import dev.gatun.safetensors.SafetensorsWriter;
import dev.gatun.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checkpoints of every family that transformers makes on the spot, in shapes, types of weights and
 * files that the fixtures do not have; and the way back.
 */
class TransformersIT {
  /** Two models in f32 are compared, each with the rounding that the tolerances allow for one. */
  private static final double BOTH = 2;

  @TempDir static Path folder;

  @TestFactory
  Stream<DynamicTest> whatTransformersMakesIsComputedAsThere() throws IOException {
    Path made = folder.resolve("made");
    TransformersPython.orSkip().make(made);
    List<Path> checkpoints;
    try (Stream<Path> files = Files.list(made)) {
      checkpoints = files.sorted().toList();
    }
    assertTrue(checkpoints.size() > 8, checkpoints.toString());
    return checkpoints.stream()
        .map(path ->
            DynamicTest.dynamicTest(
                path.getFileName().toString(), () -> compare(new Fixture(path))));
  }

  private static void compare(Fixture fixture) {
    try (Backend oracle = ReferenceBackend.open();
        Backend cpu = CpuBackend.open(1)) {
      FixtureOutputs exact = FixtureOutputs.of(oracle, fixture);
      assertEquals(List.of(), exact.differencesFromPyTorch(fixture, 1));
      FixtureOutputs single = FixtureOutputs.of(cpu, fixture);
      assertEquals(List.of(), single.differencesFromPyTorch(fixture, BOTH));
    }
  }

  @Test
  void whatGatunExportsHasTheSameLogitsInTransformers() {
    TransformersPython python = TransformersPython.orSkip();
    int[] tokens = TinyModels.tokens(10, TinyModels.VOCABULARY, 8);
    Map<Path, double[]> logits = new TreeMap<>();
    TinyModels.CONFIGS.forEach((name, config) -> {
      if (config.head() instanceof HeadForm.Linear linear && !linear.isBiased()) {
        Path exported = folder.resolve("exported-" + name.replace(' ', '-'));
        logits.put(exported, exportedLogits(config, tokens, exported));
      }
    });
    Path file = folder.resolve("tokens.safetensors");
    long[] wide = Arrays.stream(tokens).asLongStream().toArray();
    new SafetensorsWriter(Map.of())
        .addLongs(
            "tokens",
            List.of(2L, 5L),
            (from, count) -> Arrays.copyOfRange(wide, (int) from, (int) from + count))
        .write(file);
    python.logits(file, List.copyOf(logits.keySet()));
    logits.forEach((exported, here) -> {
      double error = halfUlps(here, exported.resolve("logits.safetensors"));
      double allowed = BOTH * new FixtureTolerances().most("logits");
      assertTrue(error <= allowed, exported + ": off by " + error + " half ulps");
    });
  }

  /** Saves a model, exports what was saved, and gives the model's logits of 2 × 5 tokens. */
  private static double[] exportedLogits(TransformerConfig config, int[] tokens, Path exported) {
    Path saved = exported.resolveSibling(exported.getFileName() + "-saved");
    try (Backend backend = CpuBackend.open(1);
        LanguageModel model = TinyModels.rough(backend, config, 7);
        TensorScope scope = backend.newScope()) {
      Checkpoint.save(model, saved);
      Checkpoint.export(CheckpointFolder.of(saved), backend, exported);
      Tensor hidden = model.hiddenStates(tokens, 2, 5);
      Tensor weights = model.head().weights(scope);
      Tensor logits = scope.zeros(backend.real(), hidden.rows(), weights.rows());
      backend.gemm(Transpose.NO, Transpose.YES, 1, hidden, weights, 0, logits);
      double[] values = backend.toDoubles(logits);
      double cap = config.logitCap().orElse(Double.POSITIVE_INFINITY);
      return cap == Double.POSITIVE_INFINITY
          ? values
          : Arrays.stream(values).map(z -> cap * Math.tanh(z / cap)).toArray();
    }
  }

  private static double halfUlps(double[] logits, Path file) {
    try (SafetensorsFile there = SafetensorsFile.open(file)) {
      return new FixtureOutputs(Map.of("logits", logits))
          .errorInHalfUlps("logits", new FixtureOutputs(Map.of("logits", there.doubles("logits"))));
    }
  }
}
