package dev.gatun.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.AdamWStep;
import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Models loaded from the fixtures do what PyTorch does in f32, on one backend.
 *
 * <p>Errors are relative to the largest element of the tensor in question, since a small element of
 * a gradient is a sum of larger terms. The tolerance is a multiple of 2⁻²⁴, half a unit in the last
 * place of f32, and differs per tensor: each value is reached through a chain of sums whose errors
 * add up.
 */
abstract class FixtureContract {
  private static final double HALF_ULP = 0x1p-24;

  abstract Backend open();

  /** Factor on all tolerances: how far this backend may be from PyTorch's own error. */
  abstract double slack();

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-tiny", "llama-tiny", "llama-tied-tiny"})
  void hiddenStatesLogitsAndLossAreThoseOfPyTorch(String name) {
    Fixture fixture = Fixture.of(name);
    try (Backend backend = open();
        TensorScope scope = backend.newScope();
        SafetensorsFile expected = fixture.expected();
        LanguageModel model = fixture.load(backend)) {
      HeadInputs at =
          model.headInputs(fixture.tokens(), fixture.targets(), Fixture.BATCH, Fixture.LENGTH);
      Tensor weights = model.head().weights(scope);
      Tensor logits = scope.zeros(backend.real(), at.hidden().rows(), weights.rows());
      backend.gemm(Transpose.NO, Transpose.YES, 1, at.hidden(), weights, 0, logits);

      List<String> failures = new ArrayList<>();
      check(failures, "hidden", expected, backend.toDoubles(at.hidden()), 100);
      check(failures, "logits", expected, backend.toDoubles(logits), 100);
      assertTrue(failures.isEmpty(), () -> String.join("\n", failures));
      assertEquals(
          expected.doubles("loss")[0],
          model.head().scores(at.hidden(), at.targets()).meanLoss(),
          20 * slack() * HALF_ULP * expected.doubles("loss")[0]);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-tiny", "llama-tiny", "llama-tied-tiny"})
  void gradientsOfEveryParameterAreThoseOfPyTorch(String name) {
    Fixture fixture = Fixture.of(name);
    try (Backend backend = open();
        SafetensorsFile expected = fixture.expected();
        LanguageModel model = fixture.load(backend)) {
      double loss = step(model, fixture);
      assertEquals(expected.doubles("loss")[0], loss, 20 * slack() * HALF_ULP * loss);
      List<String> failures = new ArrayList<>();
      check(failures, "d_hidden", expected, backend.toDoubles(model.hiddenGradient()), 100);
      for (ParameterSpec spec : model.parameters().layout().specs()) {
        double[] gradient = backend.toDoubles(model.parameters().gradient(spec.name()));
        if (spec.transposedInCheckpoint()) {
          gradient = transpose(gradient, spec.shape().rows(), spec.shape().cols());
        }
        // N = 48 rows are summed into every weight, after a chain through both blocks.
        check(failures, "grad." + spec.name(), expected, gradient, 200);
      }
      assertTrue(failures.isEmpty(), () -> String.join("\n", failures));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-tiny", "llama-tiny", "llama-tied-tiny"})
  void tenAdamWStepsLoseWhatPyTorchLoses(String name) {
    Fixture fixture = Fixture.of(name);
    try (Backend backend = open();
        TensorScope scope = backend.newScope();
        SafetensorsFile expected = fixture.expected();
        LanguageModel model = fixture.load(backend)) {
      Parameters parameters = model.parameters();
      Tensor firstMoment = scope.zeros(backend.real(), parameters.values().size());
      Tensor secondMoment = scope.zeros(backend.real(), parameters.values().size());
      double[] losses = expected.doubles("adamw_losses");
      for (int i = 0; i < losses.length; i++) {
        parameters.clearGradients();
        // The first step divides every gradient by its own size, so that rounding of tiny
        // gradients becomes a change of the learning rate's size: errors grow from there.
        double tolerance = i == 0 ? 20 * slack() * HALF_ULP : adamWTolerance();
        assertEquals(losses[i], step(model, fixture), tolerance * losses[i], "step " + (i + 1));
        backend.adamW(
            new AdamWStep(1e-2, 0.9, 0.95, 1e-8, 0.1, i + 1, 1),
            parameters.values(),
            parameters.gradients(),
            firstMoment,
            secondMoment);
      }
    }
  }

  /** Relative tolerance of the loss after an AdamW step. */
  abstract double adamWTolerance();

  private static double step(LanguageModel model, Fixture fixture) {
    return model.lossAndGradients(
        fixture.tokens(),
        fixture.targets(),
        Fixture.BATCH,
        Fixture.LENGTH,
        Fixture.meanScale(),
        LogitGradientTap.NONE);
  }

  private void check(
      List<String> failures, String name, SafetensorsFile file, double[] actual, double ulps) {
    double[] expected = file.doubles(name);
    assertEquals(expected.length, actual.length, name);
    double largest = 0;
    double error = 0;
    int worst = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      double difference = Math.abs(expected[i] - actual[i]);
      if (!(difference <= error)) {
        error = difference;
        worst = i;
      }
    }
    double tolerance = ulps * slack() * HALF_ULP * largest;
    if (!(error <= tolerance)) {
      failures.add(
          "%s[%d] is %.9g, not %.9g: off by %.3g of the largest, allowed %.3g"
              .formatted(
                  name,
                  worst,
                  actual[worst],
                  expected[worst],
                  error / largest,
                  tolerance / largest));
    }
  }

  private static double[] transpose(double[] x, long rows, long cols) {
    double[] y = new double[x.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        y[(int) (j * rows + i)] = x[(int) (i * cols + j)];
      }
    }
    return y;
  }
}
