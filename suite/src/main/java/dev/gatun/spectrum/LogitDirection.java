package dev.gatun.spectrum;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.Tensor;

/**
 * A direction in which logits L [N, V] may move, known by chunks of rows: each row follows from the
 * same row of the logit gradient G [N, V] and from factors of width D, so that no N×V matrix is
 * held. All tensors have the backend's real type and are not changed.
 */
public interface LogitDirection {

  /**
   * Overwrites {@code out} [R, V] with rows {@code firstRow} to {@code firstRow + R}.
   *
   * @param gradient the same rows of G [R, V]
   */
  void rows(Backend backend, long firstRow, Tensor gradient, Tensor out);

  /** −G: what the loss asks for. */
  static LogitDirection steepestDescent() {
    return (backend, _, gradient, out) -> {
      backend.copy(gradient, out);
      backend.scale(-1, out);
    };
  }

  /**
   * −G·B·Bᵀ for B [V, D]. With B = W it is what a gradient step on the hidden states does to the
   * logits, with an orthonormal basis of W's columns the nearest to −G that hidden states can do,
   * and with a random B what they would do through a head that knows nothing.
   */
  static LogitDirection through(Tensor factor) {
    return through(factor, 1);
  }

  private static LogitDirection through(Tensor factor, double share) {
    return (backend, _, gradient, out) -> {
      try (TensorScope scope = backend.newScope()) {
        Tensor projected = scope.zeros(backend.real(), gradient.rows(), factor.cols());
        backend.gemm(Transpose.NO, Transpose.NO, 1, gradient, factor, 0, projected);
        backend.gemm(Transpose.NO, Transpose.YES, -share, projected, factor, 0, out);
      }
    };
  }

  /**
   * −(G·W·Wᵀ + H·HᵀG): what a gradient step on hidden states and head together does, to first
   * order.
   *
   * @param hiddenStates H [N, D]
   * @param headWeights W [V, D]
   * @param headGradient GᵀH [V, D]
   */
  static LogitDirection fullStep(Tensor hiddenStates, Tensor headWeights, Tensor headGradient) {
    return fullStep(hiddenStates, headWeights, headGradient, 0);
  }

  /**
   * The direction of {@link #fullStep(Tensor, Tensor, Tensor)}, of any length, for a head that is
   * 2^exponent times the weights given: so no head's weights are too large or too small.
   */
  static LogitDirection fullStep(
      Tensor hiddenStates, Tensor headWeights, Tensor headGradient, int exponent) {
    LogitDirection hidden = through(headWeights, Math.scalb(1.0, Math.min(0, 2 * exponent)));
    double ofStates = Math.scalb(1.0, -Math.max(0, 2 * exponent));
    return (backend, firstRow, gradient, out) -> {
      hidden.rows(backend, firstRow, gradient, out);
      Tensor states = hiddenStates.rows(firstRow, gradient.rows());
      backend.gemm(Transpose.NO, Transpose.YES, -ofStates, states, headGradient, 1, out);
    };
  }

  /**
   * Δ·C: what softmax sees of a direction. Of −G·W·Wᵀ it leaves −G·(CW)·(CW)ᵀ, because G·C = G:
   * what a gradient step on the hidden states does through the centred head.
   */
  static LogitDirection centred(LogitDirection direction) {
    return (backend, firstRow, gradient, out) -> {
      direction.rows(backend, firstRow, gradient, out);
      Centring.centreRows(backend, out);
    };
  }

  /** A·Bᵀ for A [N, D] and B [V, D], whatever G is. */
  static LogitDirection product(Tensor left, Tensor right) {
    return (backend, firstRow, gradient, out) ->
        backend.gemm(
            Transpose.NO, Transpose.YES, 1, left.rows(firstRow, gradient.rows()), right, 0, out);
  }
}
