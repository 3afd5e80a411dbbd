package dev.gatun.model;

import dev.gatun.backend.AdamWStep;
import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.safetensors.SafetensorsFile;
import dev.gatun.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a fixture's model computes: the tensors of {@code expected.safetensors}, by its names, in
 * its layout.
 */
record FixtureOutputs(Map<String, double[]> tensors) {
  static final List<String> FIXTURES =
      List.of(
          "gpt2-tiny", "neox-tiny", "llama-tiny", "llama-tied-tiny", "qwen3-tiny", "olmo2-tiny");

  /** As PyTorch computed it. */
  static FixtureOutputs ofPyTorch(Fixture fixture, FixtureOutputs sameNames) {
    Map<String, double[]> tensors = new LinkedHashMap<>();
    try (SafetensorsFile file = fixture.expected()) {
      sameNames.tensors.keySet().forEach(name -> tensors.put(name, file.doubles(name)));
    }
    return new FixtureOutputs(tensors);
  }

  /** As a backend computes it. */
  static FixtureOutputs of(Backend backend, Fixture fixture) {
    Map<String, double[]> tensors = new LinkedHashMap<>();
    try (TensorScope scope = backend.newScope();
        LanguageModel model = fixture.load(backend)) {
      HeadInputs at =
          model.headInputs(fixture.tokens(), fixture.targets(), Fixture.BATCH, Fixture.LENGTH);
      Tensor weights = model.head().weights(scope);
      Tensor logits = scope.zeros(backend.real(), at.hidden().rows(), weights.rows());
      backend.gemm(Transpose.NO, Transpose.YES, 1, at.hidden(), weights, 0, logits);
      tensors.put("hidden", backend.toDoubles(at.hidden()));
      tensors.put("logits", backend.toDoubles(logits));
      tensors.put("loss", new double[] {step(model, fixture)});
      tensors.put("d_hidden", backend.toDoubles(model.hiddenGradient()));
      for (ParameterSpec spec : model.parameters().layout().specs()) {
        tensors.put("grad." + spec.name(), gradient(model, spec));
      }
      tensors.put("adamw_losses", adamWLosses(model, fixture, scope));
    }
    return new FixtureOutputs(tensors);
  }

  private static double[] gradient(LanguageModel model, ParameterSpec spec) {
    double[] x = model.backend().toDoubles(model.parameters().gradient(spec.name()));
    return spec.checkpointForm().toCheckpoint(spec.shape(), x);
  }

  /** The loss before each of ten steps. */
  private static double[] adamWLosses(LanguageModel model, Fixture fixture, TensorScope scope) {
    Backend backend = model.backend();
    Parameters parameters = model.parameters();
    Tensor firstMoment = scope.zeros(backend.real(), parameters.values().size());
    Tensor secondMoment = scope.zeros(backend.real(), parameters.values().size());
    double[] losses = new double[10];
    for (int i = 0; i < losses.length; i++) {
      parameters.clearGradients();
      losses[i] = step(model, fixture);
      backend.adamW(
          new AdamWStep(1e-2, 0.9, 0.95, 1e-8, 0.1, i + 1, 1),
          parameters.values(),
          parameters.gradients(),
          firstMoment,
          secondMoment);
    }
    return losses;
  }

  private static double step(LanguageModel model, Fixture fixture) {
    return model.lossAndGradients(
        fixture.tokens(),
        fixture.targets(),
        Fixture.BATCH,
        Fixture.LENGTH,
        Fixture.meanScale(),
        LogitGradientTap.NONE);
  }

  /**
   * Largest difference from another's tensor in units of 2⁻²⁴ (half a unit in the last place of
   * f32) of that tensor's largest element: a small element is a sum of larger terms.
   */
  double errorInHalfUlps(String name, FixtureOutputs exact) {
    double[] expected = exact.tensors.get(name);
    double[] actual = tensors.get(name);
    if (expected.length != actual.length) {
      throw new IllegalStateException(name + " has " + actual.length + " elements");
    }
    double largest = 0;
    double error = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      error = Math.max(error, Math.abs(expected[i] - actual[i])); // NaN stays NaN
    }
    return error / largest / 0x1p-24;
  }
}
