package dev.gatun.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What {@link Backend#record} promises. */
abstract class RecordingContract extends ContractSupport {
  private static final int ROWS = 5;
  private static final int WIDTH = 7;

  /** A small layer: y ← gelu(x·W + b), dX ← y·Wᵀ + dX, sums in place. */
  private final class Layer {
    final Tensor x;
    final Tensor weights;
    final Tensor bias;
    final Tensor product;
    final Tensor y;
    final Tensor dX;

    Layer(TensorScope scope) {
      x = scope.zeros(backend.real(), ROWS, WIDTH);
      weights = scope.zeros(backend.real(), WIDTH, WIDTH);
      bias = scope.zeros(backend.real(), WIDTH);
      product = scope.zeros(backend.real(), ROWS, WIDTH);
      y = scope.zeros(backend.real(), ROWS, WIDTH);
      dX = scope.zeros(backend.real(), ROWS, WIDTH);
      backend.write(normal(WIDTH * WIDTH), weights);
      backend.write(normal(WIDTH), bias);
    }

    void run() {
      backend.gemm(Transpose.NO, Transpose.NO, 1, x, weights, 0, product);
      backend.addBias(bias, product);
      backend.elementwise(Elementwise.GELU_TANH, product, y);
      backend.gemm(Transpose.NO, Transpose.YES, 0.5, y, weights, 1, dX);
      backend.axpy(0.25, y, dX);
      backend.fill(product, 3);
    }
  }

  @Test
  void aRecordingDoesToTheByteWhatItsOperationsDo() {
    double[][] inputs = {normal(ROWS * WIDTH), normal(ROWS * WIDTH), normal(ROWS * WIDTH)};
    try (TensorScope scope = backend.newScope()) {
      var layer = new Layer(scope);
      double[][] plain = new double[inputs.length][];
      for (int i = 0; i < inputs.length; i++) {
        backend.write(inputs[i], layer.x);
        layer.run();
        plain[i] = backend.toDoubles(layer.dX);
      }
      assertFalse(Arrays.equals(plain[0], plain[1]), "the inputs make no difference");
      backend.fill(layer.dX, 0);
      backend.fill(layer.y, 0);
      try (Recording recording = backend.record(layer::run)) {
        for (int i = 0; i < inputs.length; i++) {
          backend.write(inputs[i], layer.x);
          recording.run();
          assertArrayEquals(plain[i], backend.toDoubles(layer.dX), "run " + i + ", seed " + SEED);
        }
      }
    }
  }

  @Test
  void recordingAloneRunsNothing() {
    try (TensorScope scope = backend.newScope()) {
      Tensor x = scope.zeros(backend.real(), WIDTH);
      backend.fill(x, 1);
      backend.scale(2, x);
      try (Recording recording = backend.record(() -> backend.scale(2, x))) {
        assertEquals(2, backend.toDoubles(x)[0]);
        recording.run();
        recording.run();
        assertEquals(8, backend.toDoubles(x)[WIDTH - 1]);
      }
    }
  }

  @Test
  void aRecordedStepTakesItsNumbersFromTheDevice() {
    var constants = new AdamWConstants(0.9, 0.95, 1e-8, 0.1);
    try (TensorScope scope = backend.newScope()) {
      Tensor sums = scope.zeros(ElementType.F64, 2);
      Tensor step = scope.zeros(ElementType.F64, StepNumbers.SIZE);
      Tensor[] x = new Tensor[4];
      Arrays.setAll(x, _ -> scope.zeros(backend.real(), ROWS, WIDTH));
      Runnable whole =
          () -> {
            backend.fill(sums, 0);
            backend.addDot(1, x[1], x[1], sums.slice(0, 1));
            backend.gradientScale(sums, 0.5, step);
            backend.adamW(constants, step, x[0], x[1], x[2], x[3]);
          };
      double[] gradient = normal(ROWS * WIDTH);
      double[] plain = afterSteps(whole, step, x, gradient);
      try (Recording recording = backend.record(whole)) {
        assertArrayEquals(plain, afterSteps(recording::run, step, x, gradient));
      }
    }
  }

  /** The parameters after three steps with other numbers each, from the same state. */
  private double[] afterSteps(Runnable whole, Tensor step, Tensor[] x, double[] gradient) {
    for (Tensor tensor : x) {
      backend.fill(tensor, 0);
    }
    backend.write(gradient, x[1]);
    for (int number = 1; number <= 3; number++) {
      backend.write(new double[] {number, 0.1 / number}, step.slice(0, StepNumbers.KNOWN_BEFORE));
      whole.run();
    }
    return backend.toDoubles(x[0]);
  }

  @Test
  void numbersThatAreReadLaterAreThoseOfTheTimeOfAsking() {
    try (TensorScope scope = backend.newScope()) {
      Tensor x = scope.zeros(ElementType.F64, 3);
      List<Supplier<double[]>> later = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        backend.fill(x, i);
        later.add(backend.toDoublesLater(x));
      }
      backend.fill(x, -1);
      for (int i = 4; i >= 0; i--) {
        assertArrayEquals(new double[] {i, i, i}, later.get(i).get());
        assertArrayEquals(new double[] {i, i, i}, later.get(i).get());
      }
    }
  }

  @Test
  void whatHasNoPlaceInARecordingIsRefusedAndTheBackendGoesOn() {
    try (TensorScope scope = backend.newScope()) {
      Tensor x = scope.zeros(backend.real(), WIDTH);
      Map<String, Runnable> violations =
          Map.of(
              "write", () -> backend.write(new double[WIDTH], x),
              "toDoubles", () -> backend.toDoubles(x),
              "zeros", () -> scope.zeros(ElementType.I32, 1),
              "sumOfSquares", () -> backend.sumOfSquares(x),
              "dot", () -> backend.dot(x, x),
              "toDoublesLater", () -> backend.toDoublesLater(x),
              "firstNonFinite", () -> backend.firstNonFinite(x),
              "cholesky", () -> backend.cholesky(x.slice(0, 1, 1)),
              "record", () -> backend.record(() -> {}));
      backend.scale(1, x);
      violations.forEach((name, violation) -> {
        Runnable recorded =
            () -> {
              backend.scale(1, x);
              violation.run();
            };
        var thrown =
            assertThrows(
                IllegalStateException.class,
                () -> {
                  try (Recording recording = backend.record(recorded)) {
                    recording.run();
                  }
                },
                name);
        assertTrue(thrown.getMessage().contains(name), name + ": " + thrown.getMessage());
      });
      backend.fill(x, 2);
      assertEquals(4.0 * WIDTH, backend.sumOfSquares(x));
    }
  }

  @Test
  void aClosedRecordingRefuses() {
    try (TensorScope scope = backend.newScope()) {
      Tensor x = scope.zeros(backend.real(), WIDTH);
      backend.scale(1, x);
      Recording recording = backend.record(() -> backend.scale(1, x));
      recording.close();
      recording.close();
      assertThrows(IllegalStateException.class, recording::run);
    }
  }
}
