package dev.gatun.claims.bottleneck;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.data.Randomness;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;

/** Matrices that a fault puts in the place of a head's weights W [V, D] or another matrix. */
final class FaultyHead {
  private static final Randomness RANDOMNESS = Randomness.of(1).stream("planted faults");

  private FaultyHead() {}

  /** W with more columns of its own scale times a factor. */
  static Tensor withColumns(
      Backend backend, TensorScope scope, Tensor weights, int more, double scale) {
    int rows = Math.toIntExact(weights.rows());
    int cols = Math.toIntExact(weights.cols());
    double[] own = backend.toDoubles(weights);
    double[] added = normal(rows * more, scale * meanSquareRoot(own));
    double[] all = new double[rows * (cols + more)];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(own, row * cols, all, row * (cols + more), cols);
      System.arraycopy(added, row * more, all, row * (cols + more) + cols, more);
    }
    Tensor wide = scope.zeros(weights.type(), rows, cols + more);
    backend.write(all, wide);
    return wide;
  }

  /** A matrix with noise of its own scale times a factor, which depends on the place alone. */
  static Tensor withNoise(
      Backend backend, TensorScope scope, Tensor matrix, long firstRow, double scale) {
    double[] entries = backend.toDoubles(matrix);
    double[] noise = new double[entries.length];
    RANDOMNESS.stream(firstRow).gaussian(noise, scale * meanSquareRoot(entries));
    for (int i = 0; i < entries.length; i++) {
      entries[i] += noise[i];
    }
    Tensor noisy = scope.zeros(ElementType.F64, matrix.rows(), matrix.cols());
    backend.write(entries, noisy);
    return noisy;
  }

  /**
   * W with its singular values, whose first left singular vectors are random: σᵢ·vᵢᵀ stays, and of
   * uᵢ nothing.
   */
  static Tensor withRandomDirections(
      Backend backend, TensorScope scope, Tensor weights, int random) {
    int rows = Math.toIntExact(weights.rows());
    int cols = Math.toIntExact(weights.cols());
    double[] w = backend.toDoubles(weights);
    double[] v = rightSingularVectors(backend, w, rows, cols);
    double[] changed = w.clone();
    for (int i = 0; i < random; i++) {
      double[] right = Arrays.copyOfRange(v, (cols - 1 - i) * cols, (cols - i) * cols);
      double[] own = new double[rows];
      for (int row = 0; row < rows; row++) {
        for (int col = 0; col < cols; col++) {
          own[row] += w[row * cols + col] * right[col];
        }
      }
      double[] other = new double[rows];
      RANDOMNESS.stream("direction").stream(i).gaussian(other, 1);
      double factor = norm(own) / norm(other);
      for (int row = 0; row < rows; row++) {
        for (int col = 0; col < cols; col++) {
          changed[row * cols + col] += (factor * other[row] - own[row]) * right[col];
        }
      }
    }
    Tensor result = scope.zeros(weights.type(), rows, cols);
    backend.write(changed, result);
    return result;
  }

  /** Rows of [D, D], those of the smallest singular values first. */
  private static double[] rightSingularVectors(Backend backend, double[] w, int rows, int cols) {
    try (TensorScope scope = backend.newScope()) {
      Tensor wide = scope.zeros(ElementType.F64, rows, cols);
      backend.write(w, wide);
      Tensor gram = scope.zeros(ElementType.F64, cols, cols);
      backend.syrk(Transpose.YES, wide, 0, gram);
      backend.symmetricEigenvectors(gram, scope.zeros(ElementType.F64, cols));
      return backend.toDoubles(gram);
    }
  }

  private static double[] normal(int count, double deviation) {
    double[] entries = new double[count];
    RANDOMNESS.gaussian(entries, deviation);
    return entries;
  }

  private static double meanSquareRoot(double[] entries) {
    return norm(entries) / Math.sqrt(entries.length);
  }

  private static double norm(double[] entries) {
    double sum = 0;
    for (double x : entries) {
      sum += x * x;
    }
    return Math.sqrt(sum);
  }
}
