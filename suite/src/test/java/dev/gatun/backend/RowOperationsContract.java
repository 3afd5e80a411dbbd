package dev.gatun.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Edges of the operations on rows: the order of sums, ids that occur often, rows wider than a
 * device's threads hold, operands that start anywhere, none at all, and arguments far out.
 */
abstract class RowOperationsContract extends StoredNumbersContract {

  /** In the backend's own arithmetic: another order would round differently. */
  @ParameterizedTest
  @CsvSource({
    "1, 100, 12",
    "3, 777, 5",
    "300, 5000, 8",
    "4, 33, 128",
    "4, 132, 130",
    "100000, 2049, 4"
  })
  void embeddingGradientsAddInTheOrderOfN(int vocabulary, int count, int width) {
    // The square makes small ids frequent.
    int[] ids = random.doubles(count).mapToInt(u -> (int) (u * u * vocabulary)).toArray();
    double[] gradient = normal((long) count * width, 100);
    double[] table = normal((long) vocabulary * width);
    boolean single = backend.real() == ElementType.F32;
    double[] want = table.clone();
    for (int n = 0; n < count; n++) {
      for (int d = 0; d < width; d++) {
        int at = ids[n] * width + d;
        double sum = want[at] + gradient[n * width + d];
        want[at] = single ? (float) sum : sum;
      }
    }
    try (TensorScope scope = backend.newScope()) {
      var run = new ContractRun(backend, scope, backend.real(), List.of(gradient, table));
      Tensor dTable = run.in(1, vocabulary, width);
      backend.embeddingBackward(run.in(0, count, width), run.ids(ids), dTable);
      assertArrayEquals(want, backend.toDoubles(dTable), "-Dgatun.seed=" + SEED);
    }
  }

  @ParameterizedTest
  @CsvSource({"2, 576", "300, 12", "3, 1024", "3, 1028", "9, 1025", "2, 8197", "2, 8204"})
  void normsOfRowsOfAnyWidth(int rows, int cols) {
    double[] x = normal((long) rows * cols, 2);
    double[] weight = normal(cols);
    double[] gradient = normal((long) rows * cols);
    double[] rstd = normal(rows, 0.1);
    Arrays.setAll(rstd, r -> (float) (rstd[r] + 0.5));
    check(
        "layerNorm",
        run -> {
          Tensor y = run.out(rows, cols);
          Tensor mean = run.out(rows);
          Tensor kept = run.out(rows);
          Tensor w = run.in(1, cols);
          run.backend().layerNorm(run.in(0, rows, cols), w, run.in(1, cols), 1e-5, y, mean, kept);
          Tensor normed = run.out(rows, cols);
          run.backend().rmsNorm(run.in(0, rows, cols), w, 1e-5, normed, kept);
          return List.of(y, normed);
        },
        x,
        weight);
    check(
        "layerNormBackward",
        run -> {
          Tensor dY = run.in(0, rows, cols);
          Tensor in = run.in(1, rows, cols);
          Tensor w = run.in(2, cols);
          Tensor r = run.in(3, rows);
          Tensor dX = run.in(0, rows, cols);
          Tensor dWeight = run.in(2, cols);
          Tensor dBias = run.in(2, cols);
          Tensor dNormed = run.in(0, rows, cols);
          Tensor dScale = run.in(2, cols);
          run.backend().layerNormBackward(dY, in, w, r, r, dX, dWeight, dBias);
          run.backend().rmsNormBackward(dY, in, w, r, dNormed, dScale);
          return List.of(dX, dWeight, dBias, dNormed, dScale);
        },
        gradient,
        x,
        weight,
        rstd);
  }

  /** Constant rows have no variance: epsilon alone keeps rstd finite. */
  @Test
  void normsOfConstantRowsAreTheBias() {
    try (TensorScope scope = backend.newScope()) {
      double[] bias = normal(65);
      var run = new ContractRun(backend, scope, backend.real(), List.of(bias));
      Tensor x = scope.zeros(backend.real(), 9, 65);
      backend.fill(x, 3);
      Tensor y = run.out(9, 65);
      Tensor rows = run.out(9);
      backend.layerNorm(x, run.in(0, 65), run.in(0, 65), 1e-5, y, rows, run.out(9));
      double[] want = new double[9 * 65];
      Arrays.setAll(want, i -> bias[i % 65]);
      assertArrayEquals(want, backend.toDoubles(y), 1e-5, "-Dgatun.seed=" + SEED);
    }
  }

  @ParameterizedTest
  @CsvSource({"9, 64", "17, 132", "33, 66"})
  void biasAndGatesOfAlignedAndUnevenRows(int rows, int width) {
    double[] x = normal(2L * rows * width, 4);
    check(
        "gatedBackward",
        run -> {
          Tensor in = run.in(0, rows, 2 * width);
          Tensor y = run.out(rows, width);
          Tensor dX = run.out(rows, 2 * width);
          run.backend().gated(Gate.SILU, in, y);
          run.backend().gatedBackward(Gate.SILU, in, run.in(1, rows, width), dX);
          return List.of(y, dX);
        },
        x,
        normal((long) rows * width));
    check(
        "sums",
        run -> {
          Tensor in = run.in(0, rows, 2 * width);
          Tensor dBias = run.in(1, 2 * width);
          run.backend().addBiasBackward(in, dBias);
          run.backend().addBias(run.in(1, 2 * width), in);
          return List.of(in, dBias);
        },
        x,
        normal(2L * width));
  }

  @ParameterizedTest
  @CsvSource({"1, 64", "2, 64", "3, 65"})
  void operandsStartAnywhere(int offset, int cols) {
    int rows = 37;
    int size = rows * cols;
    double[] x = normal(size + offset, 2);
    double[] vector = normal(cols + offset);
    check(
        "layerNormBackward",
        run -> {
          Tensor in = run.in(0, size + offset).slice(offset, rows, cols);
          Tensor y = run.out(size + offset).slice(offset, rows, cols);
          Tensor weight = run.in(1, cols + offset).slice(offset, cols);
          Tensor dWeight = run.in(1, cols + offset).slice(offset, cols);
          Tensor dBias = run.in(1, cols + offset).slice(offset, cols);
          Tensor dX = run.in(0, size + offset).slice(offset, rows, cols);
          Tensor mean = run.out(rows + offset).slice(offset, rows);
          Tensor rstd = run.out(rows + offset).slice(offset, rows);
          Tensor activated = run.out(size + offset).slice(offset, size);
          Backend on = run.backend();
          on.layerNorm(in, weight, weight, 1e-5, y, mean, rstd);
          on.layerNormBackward(y, in, weight, mean, rstd, dX, dWeight, dBias);
          on.elementwise(Elementwise.GELU_TANH, in, activated);
          on.addBias(weight, in);
          return List.of(in, y, dX, dWeight, dBias, mean, rstd, activated);
        },
        x,
        vector);
  }

  @Test
  void activationsOfLargeArgumentsAreFiniteAndFollowTheirLimits() {
    double[] x = {-1e4, -60, -20, -0.0, 0, 1e-30, 20, 60, 1e4};
    double[] gates = new double[2 * x.length];
    Arrays.fill(gates, 2);
    System.arraycopy(x, 0, gates, 0, x.length);
    double[] ones = new double[x.length];
    Arrays.fill(ones, 1);
    for (Elementwise form : Elementwise.values()) {
      check(
          toleranceOfSlope(form),
          run -> {
            Tensor y = run.out(x.length);
            run.backend().elementwise(form, run.in(0, x.length), y);
            Tensor dX = run.out(x.length);
            run.backend().elementwiseBackward(form, run.in(0, x.length), run.in(1, x.length), dX);
            return List.of(y, dX);
          },
          x,
          ones);
    }
    check(
        "gatedBackward",
        run -> {
          Tensor in = run.in(0, 1, gates.length);
          Tensor y = run.out(1, x.length);
          Tensor dX = run.out(1, gates.length);
          run.backend().gated(Gate.SILU, in, y);
          run.backend().gatedBackward(Gate.SILU, in, run.in(1, 1, x.length), dX);
          return List.of(y, dX);
        },
        gates,
        ones);
  }

  @Test
  void noRowsAreNoWork() {
    try (TensorScope scope = backend.newScope()) {
      var run = new ContractRun(backend, scope, backend.real(), List.of(normal(8)));
      Tensor none = scope.zeros(backend.real(), 0, 8);
      Tensor vector = run.in(0, 8);
      Tensor rows = scope.zeros(backend.real(), 0);
      Tensor sums = scope.zeros(backend.real(), 8);
      Tensor more = scope.zeros(backend.real(), 8);
      Tensor ids = scope.zeros(ElementType.I32, 0);
      backend.embedding(sums.reshape(1, 8), ids, none);
      backend.embeddingBackward(none, ids, sums.reshape(1, 8));
      backend.addBias(vector, none);
      backend.addBiasBackward(none, sums);
      backend.layerNorm(none, vector, vector, 1e-5, none, rows, rows);
      backend.layerNormBackward(none, none, vector, rows, rows, none, sums, more);
      backend.rmsNorm(none, vector, 1e-5, none, rows);
      backend.rmsNormBackward(none, none, vector, rows, none, sums);
      backend.elementwise(Elementwise.TANH, none, none);
      backend.gated(Gate.SILU, scope.zeros(backend.real(), 0, 16), none);
      assertArrayEquals(new double[8], backend.toDoubles(sums));
      assertArrayEquals(new double[8], backend.toDoubles(more));
    }
  }

  /** GELU's slope is a sum that cancels, and has a tolerance of its own. */
  static String toleranceOfSlope(Elementwise form) {
    return switch (form) {
      case GELU, GELU_TANH -> "geluBackward";
      case TANH, SIGSOFTMAX, RELU -> "elementwiseFunctions";
    };
  }
}
