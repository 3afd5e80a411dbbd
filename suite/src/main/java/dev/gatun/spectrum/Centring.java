package dev.gatun.spectrum;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/**
 * The centring C = I − 11ᵀ/V that softmax cannot see: logits L and L·C, and so head weights W [V,
 * D] and C·W, give the same probabilities and the same logit gradient G, whose rows sum to 0, G·C =
 * G. What is measured of W and differs for C·W says something of the row that all tokens share,
 * which no probability depends on and which Adam moves all the same.
 */
public final class Centring {
  private Centring() {}

  /** C·W [V, D] in F64: every row less the mean row. */
  public static Tensor of(Backend backend, TensorScope result, Tensor weights) {
    Tensor centred = result.zeros(ElementType.F64, weights.rows(), weights.cols());
    backend.copy(weights.reshape(weights.rows(), weights.cols()), centred);
    centreColumns(backend, centred);
    return centred;
  }

  /** A ← C·A for A [V, D]: columns then sum to 0. */
  static void centreColumns(Backend backend, Tensor matrix) {
    try (TensorScope scratch = backend.newScope()) {
      Tensor ones = ones(backend, scratch, matrix.type(), matrix.rows());
      Tensor means = scratch.zeros(matrix.type(), 1, matrix.cols());
      backend.gemm(Transpose.YES, Transpose.NO, 1.0 / matrix.rows(), ones, matrix, 0, means);
      backend.gemm(Transpose.NO, Transpose.NO, -1, ones, means, 1, matrix);
    }
  }

  /** L ← L·C for logits, or a change of them, L [N, V]: rows then sum to 0. */
  static void centreRows(Backend backend, Tensor logits) {
    try (TensorScope scratch = backend.newScope()) {
      Tensor ones = ones(backend, scratch, logits.type(), logits.cols());
      Tensor means = scratch.zeros(logits.type(), logits.rows(), 1);
      backend.gemm(Transpose.NO, Transpose.NO, 1.0 / logits.cols(), logits, ones, 0, means);
      backend.gemm(Transpose.NO, Transpose.YES, -1, means, ones, 1, logits);
    }
  }

  private static Tensor ones(Backend backend, TensorScope scope, ElementType type, long size) {
    Tensor ones = scope.zeros(type, size, 1);
    backend.fill(ones, 1);
    return ones;
  }
}
