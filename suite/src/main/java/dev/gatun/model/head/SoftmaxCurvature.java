package dev.gatun.model.head;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/**
 * The Gauss–Newton matrix of the cross-entropy in the hidden states of a head W [V, D], on average
 * over the N contexts of a pass: C = Σₙ Wᵀ(diag pₙ − pₙpₙᵀ)W/N = Wᵀ·diag(p̄)·W − (P·W)ᵀ(P·W)/N
 * (Martens, arXiv 1412.1193, section 9.2). Both parts follow from G = scale·(P − Y) and dH = G·W,
 * since P = G/scale + Y. What is kept of a pass can be recorded; C is computed after it.
 */
final class SoftmaxCurvature {
  private final Backend backend;
  private final Tensor weights; // [V, D]
  private final Tensor weightsThen; // those of the pass [V, D]
  private final Tensor gradientSum; // Σₙ of the rows of G [V]
  private final Tensor secondMoment; // (P·W)ᵀ(P·W) [D, D] F64
  private final Tensor weighted; // √p̄ times the rows of W [V, D]
  private double scale;
  private int[] targets = {};

  SoftmaxCurvature(Backend backend, TensorScope scope, Tensor weights) {
    long vocabulary = weights.rows();
    long width = weights.cols();
    this.backend = backend;
    this.weights = weights;
    this.weightsThen = scope.zeros(backend.real(), vocabulary, width);
    this.gradientSum = scope.zeros(backend.real(), vocabulary);
    this.secondMoment = scope.zeros(ElementType.F64, width, width);
    this.weighted = scope.zeros(backend.real(), vocabulary, width);
  }

  /** Before a pass with these targets [N], each of which must be there; not to be recorded. */
  void begin(Tensor targets) {
    this.targets = backend.toInts(targets);
    for (int target : this.targets) {
      if (target < 0) {
        throw new IllegalArgumentException(
            "the curvature of a softmax is computed from the targets; every context must have one");
      }
    }
  }

  /** Rows of G [R, V], of which the first is that of the pass if it is row 0. */
  void add(long first, Tensor gradient) {
    if (first == 0) {
      backend.fill(gradientSum, 0);
    }
    backend.addBiasBackward(gradient, gradientSum);
  }

  /**
   * After all rows.
   *
   * @param dHidden G·W [N, D]
   * @param expected overwritten with P·W [N, D]
   */
  void finish(Tensor targets, double scale, Tensor dHidden, Tensor expected) {
    this.scale = scale;
    backend.copy(weights, weightsThen);
    backend.embedding(weights, targets, expected);
    backend.axpy(1 / scale, dHidden, expected);
    backend.syrk(Transpose.YES, expected, 0, secondMoment);
  }

  /** The lower triangle of C [D, D] F64 of the last pass, 0 until one has come to its end. */
  void write(Tensor lower) {
    if (scale == 0) {
      backend.fill(lower, 0);
      return;
    }
    double contexts = targets.length;
    double[] probabilities = backend.toDoubles(gradientSum);
    for (int v = 0; v < probabilities.length; v++) {
      probabilities[v] /= scale * contexts;
    }
    for (int target : targets) {
      probabilities[target] += 1 / contexts;
    }
    int width = Math.toIntExact(weights.cols());
    double[] rows = backend.toDoubles(weightsThen);
    for (int i = 0; i < rows.length; i++) {
      rows[i] *= Math.sqrt(Math.max(probabilities[i / width], 0)); // rounding may go below 0
    }
    backend.write(rows, weighted);
    backend.copy(secondMoment, lower);
    backend.syrk(Transpose.YES, weighted, -1 / contexts, lower);
  }
}
