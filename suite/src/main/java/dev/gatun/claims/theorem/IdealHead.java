package dev.gatun.claims.theorem;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.data.Randomness;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/**
 * An ideal head W* = U·diag(σ)·Vᵀ [V, K] of known singular values, contexts H [N, K] and the
 * distributions P* = softmax(H·W*ᵀ) [N, V] that it gives them, all in f64.
 *
 * <p>K = V − 1, and the columns of U are orthogonal to 1: adding a number to all logits of a
 * context changes no distribution, so that a head of V tokens has full rank for the softmax at V −
 * 1. Without that the best head of rank V − 1 would lose nothing while σ_V > 0.
 *
 * @param scope owns the tensors
 * @param left U·diag(√σ) [V, K]
 * @param right diag(√σ)·Vᵀ [K, K]
 * @param weights W* [V, K]
 * @param contexts H [N, K]; entries N(0, 1), so that ‖h‖ is near √K
 * @param probabilities P* [N·V]
 * @param sigma K singular values, descending; not to be changed
 */
record IdealHead(
    TensorScope scope,
    Tensor left,
    Tensor right,
    Tensor weights,
    Tensor contexts,
    double[] probabilities,
    double[] sigma)
    implements AutoCloseable {

  /**
   * Draws one.
   *
   * @param vocabulary V
   * @param contexts N
   * @param sigma V − 1 singular values, descending
   */
  static IdealHead draw(
      Backend backend, int vocabulary, int contexts, double[] sigma, Randomness randomness) {
    int rank = vocabulary - 1;
    try (var opened = new CloseStack()) {
      TensorScope scope = opened.own(backend.newScope());
      double[] h = new double[contexts * rank];
      randomness.stream("contexts").gaussian(h, 1);
      Tensor hidden = write(backend, scope, h, contexts, rank);
      Tensor left = orthonormal(backend, scope, true, vocabulary, randomness.stream("left"));
      Tensor right = orthonormal(backend, scope, false, rank, randomness.stream("right"));
      double[] u = backend.toDoubles(left);
      double[] v = backend.toDoubles(right);
      for (int i = 0; i < rank; i++) {
        double root = Math.sqrt(sigma[i]);
        for (int row = 0; row < vocabulary; row++) {
          u[row * rank + i] *= root;
        }
        for (int col = 0; col < rank; col++) {
          v[i * rank + col] *= root;
        }
      }
      backend.write(u, left);
      backend.write(v, right);
      Tensor weights = scope.zeros(ElementType.F64, vocabulary, rank);
      backend.gemm(Transpose.NO, Transpose.NO, 1, left, right, 0, weights);
      Tensor logits = scope.zeros(ElementType.F64, contexts, vocabulary);
      backend.gemm(Transpose.NO, Transpose.YES, 1, hidden, weights, 0, logits);
      double[] p = softmax(backend.toDoubles(logits), vocabulary);
      opened.keep();
      return new IdealHead(scope, left, right, weights, hidden, p, sigma.clone());
    }
  }

  /**
   * Orthonormal columns [rows, rows − 1] orthogonal to 1, or a square orthonormal matrix: those of
   * a Gaussian matrix, whose first column is 1 in the first case.
   */
  private static Tensor orthonormal(
      Backend backend, TensorScope scope, boolean centred, int rows, Randomness randomness) {
    double[] entries = new double[rows * rows];
    randomness.gaussian(entries, 1);
    if (centred) {
      for (int row = 0; row < rows; row++) {
        entries[row * rows] = 1;
      }
    }
    Tensor square = write(backend, scope, entries, rows, rows);
    backend.qr(square, scope.zeros(ElementType.F64, rows, rows));
    if (!centred) {
      return square;
    }
    double[] q = backend.toDoubles(square);
    double[] rest = new double[rows * (rows - 1)];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(q, row * rows + 1, rest, row * (rows - 1), rows - 1);
    }
    return write(backend, scope, rest, rows, rows - 1);
  }

  private static Tensor write(
      Backend backend, TensorScope scope, double[] values, long rows, long cols) {
    Tensor tensor = scope.zeros(ElementType.F64, rows, cols);
    backend.write(values, tensor);
    return tensor;
  }

  private static double[] softmax(double[] logits, int vocabulary) {
    double[] p = new double[logits.length];
    for (int from = 0; from < p.length; from += vocabulary) {
      double max = Double.NEGATIVE_INFINITY;
      for (int i = from; i < from + vocabulary; i++) {
        max = Math.max(max, logits[i]);
      }
      double sum = 0;
      for (int i = from; i < from + vocabulary; i++) {
        p[i] = StrictMath.exp(logits[i] - max);
        sum += p[i];
      }
      for (int i = from; i < from + vocabulary; i++) {
        p[i] /= sum;
      }
    }
    return p;
  }

  /** V. */
  int vocabulary() {
    return (int) weights.rows();
  }

  /** K = V − 1, the rank. */
  int rank() {
    return (int) weights.cols();
  }

  /** √Σ_{i>d} σᵢ²: the distance to the nearest head of rank d. */
  double tailNorm(int d) {
    double energy = 0;
    for (int i = sigma.length - 1; i >= d; i--) {
      energy += sigma[i] * sigma[i];
    }
    return Math.sqrt(energy);
  }

  @Override
  public void close() {
    scope.close();
  }
}
