package dev.gatun.model.checkpoint;

import dev.gatun.backend.AdamWConstants;
import dev.gatun.backend.Backend;
import dev.gatun.backend.StepNumbers;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.ParameterSpec;
import dev.gatun.model.Parameters;
import dev.gatun.model.head.HeadInputs;
import dev.gatun.safetensors.SafetensorsFile;
import dev.gatun.spectrum.DirectSpectrum;
import dev.gatun.spectrum.HeadProjection;
import dev.gatun.tensor.Batch;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a fixture's model computes: the tensors of {@code expected.safetensors}, by its names, in
 * its layout.
 */
record FixtureOutputs(Map<String, double[]> tensors) {

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
          model.headInputs(
              new Batch(fixture.tokens(), fixture.targets(), fixture.batch(), fixture.length()));
      Tensor weights = model.head().weights(scope);
      Tensor logits = scope.zeros(backend.real(), at.hidden().rows(), weights.rows());
      backend.gemm(Transpose.NO, Transpose.YES, 1, at.hidden(), weights, 0, logits);
      tensors.put("hidden", backend.toDoubles(at.hidden()));
      tensors.put("logits", backend.toDoubles(logits));
      measureHead(model, fixture, weights, tensors);
      model.parameters().clearGradients();
      tensors.put("loss", new double[] {step(model, fixture, BlockVisitor.NONE)});
      tensors.put("d_hidden", backend.toDoubles(model.hiddenGradient()));
      for (ParameterSpec spec : model.parameters().layout().specs()) {
        double[] gradient = backend.toDoubles(model.parameters().gradient(spec.name()));
        tensors.put(
            "grad." + spec.name(),
            CheckpointForm.of(model.config(), spec).toCheckpoint(spec.shape(), gradient));
      }
      tensors.put("adamw_losses", adamWLosses(model, fixture, scope));
    }
    return new FixtureOutputs(tensors);
  }

  /** Of the logit gradient in the rows that have a target. */
  private static void measureHead(
      LanguageModel model, Fixture fixture, Tensor weights, Map<String, double[]> tensors) {
    Backend backend = model.backend();
    int length = fixture.length();
    try (TensorScope scope = backend.newScope();
        HeadProjection projection = new HeadProjection(backend, weights)) {
      Tensor gradient =
          scope.zeros(backend.real(), (long) fixture.batch() * (length - 1), weights.rows());
      step(
          model,
          fixture,
          (firstRow, chunk) -> {
            for (long i = 0; i < chunk.rows(); i++) {
              long row = firstRow + i;
              if (row % length != length - 1) {
                backend.copy(chunk.rows(i, 1), gradient.rows(row - row / length, 1));
              }
            }
          });
      projection.add(gradient);
      tensors.put("destroyed_norm", new double[] {projection.result().destroyedNorm()});
      tensors.put(
          "logit_gradient_singular_values", DirectSpectrum.of(backend, gradient).singularValues());
    }
  }

  /** The loss before each of ten steps. */
  private static double[] adamWLosses(LanguageModel model, Fixture fixture, TensorScope scope) {
    Backend backend = model.backend();
    Parameters parameters = model.parameters();
    Tensor firstMoment = scope.zeros(backend.real(), parameters.values().size());
    Tensor secondMoment = scope.zeros(backend.real(), parameters.values().size());
    Tensor step = scope.zeros(ElementType.F64, StepNumbers.SIZE);
    double[] losses = new double[10];
    for (int i = 0; i < losses.length; i++) {
      parameters.clearGradients();
      losses[i] = step(model, fixture, BlockVisitor.NONE);
      backend.write(new StepNumbers(i + 1, 1e-2, 1).values(), step);
      backend.adamW(
          new AdamWConstants(0.9, 0.95, 1e-8, 0.1),
          step,
          parameters.values(),
          parameters.gradients(),
          firstMoment,
          secondMoment);
    }
    return losses;
  }

  private static double step(LanguageModel model, Fixture fixture, BlockVisitor tap) {
    return model.lossAndGradients(
        new Batch(fixture.tokens(), fixture.targets(), fixture.batch(), fixture.length()),
        fixture.meanScale(),
        tap);
  }

  /**
   * A line for each tensor that differs from PyTorch's by more than the tolerances allow.
   *
   * @param factor on what they allow
   */
  List<String> differencesFromPyTorch(Fixture fixture, double factor) {
    FixtureTolerances tolerances = new FixtureTolerances();
    FixtureOutputs pyTorch = ofPyTorch(fixture, this);
    List<String> failures = new ArrayList<>();
    for (String tensor : tensors.keySet()) {
      double error = pyTorch.errorInHalfUlps(tensor, this);
      double allowed = factor * tolerances.most(tensor);
      if (!(error <= allowed)) {
        failures.add(
            "%s %s: off by %.1f half ulps, allowed %.0f"
                .formatted(fixture, tensor, error, allowed));
      }
    }
    return failures;
  }

  /** A line for each tensor that is further from the oracle's than PyTorch's is. */
  List<String> lessExactThanPyTorch(Fixture fixture, FixtureOutputs exact) {
    FixtureTolerances tolerances = new FixtureTolerances();
    FixtureOutputs pyTorch = ofPyTorch(fixture, exact);
    List<String> failures = new ArrayList<>();
    for (String tensor : exact.tensors.keySet()) {
      double error = errorInHalfUlps(tensor, exact);
      double allowed = tolerances.mostOfSingle(tensor, pyTorch.errorInHalfUlps(tensor, exact));
      if (!(error <= allowed)) {
        failures.add(
            "%s %s: off by %.1f half ulps, allowed %.1f"
                .formatted(fixture, tensor, error, allowed));
      }
    }
    return failures;
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
    double error = 0;
    for (int i = 0; i < expected.length; i++) {
      error = Math.max(error, Math.abs(expected[i] - actual[i])); // NaN stays NaN
    }
    return error / exact.size(name) / 0x1p-24;
  }

  /**
   * The largest element of a tensor. Without rotary positions, the bias of keys moves all scores of
   * a query alike: its gradient is 0 but for rounding, and counts as large as that of queries.
   */
  private double size(String name) {
    double largest = largest(name);
    String ofQueries = name.replace("k_proj.bias", "q_proj.bias");
    boolean zero = largest < 0x1p-14 * largest(ofQueries);
    return zero ? largest(ofQueries) : largest;
  }

  private double largest(String name) {
    return Arrays.stream(tensors.get(name)).map(Math::abs).max().orElseThrow();
  }
}
