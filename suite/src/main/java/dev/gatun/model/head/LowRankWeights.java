package dev.gatun.model.head;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.model.head.HeadBackward.Directions;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/** Head weights of lower rank, W_r = W·(Q·Qᵀ) of W [V, D], with r directions Q [D, r]. */
final class LowRankWeights {
  private final Backend backend;
  private final Tensor weights; // [V, D]
  private final int rank;
  private final Directions which;
  private final RightSingularVectors directions;
  private final Tensor wideProjector; // [D, D] F64
  private final Tensor projector; // [D, D]
  private final Tensor limited; // [V, D]

  /** Zeros until they are renewed; checks the rank. */
  LowRankWeights(Backend backend, TensorScope scope, Tensor weights, int rank, Directions which) {
    long width = weights.cols();
    if (rank > width) {
      throw new IllegalArgumentException(
          "a pass through a head of width %s cannot have rank %s".formatted(width, rank));
    }
    this.backend = backend;
    this.weights = weights;
    this.rank = rank;
    this.which = which;
    this.directions = new RightSingularVectors(backend, scope, width);
    this.wideProjector = scope.zeros(ElementType.F64, width, width);
    this.projector = scope.zeros(backend.real(), width, width);
    this.limited = scope.zeros(backend.real(), weights.rows(), width);
  }

  /** W_r [V, D] as it was last renewed. */
  Tensor matrix() {
    return limited;
  }

  /** Takes W_r of the weights as they are now; not to be recorded. */
  void renew() {
    if (which == Directions.RANDOM) {
      directions.refreshAtRandom();
    } else {
      directions.refresh(weights);
    }
    Tensor kept =
        which == Directions.TRAILING ? directions.trailing(rank) : directions.leading(rank);
    backend.gemm(Transpose.YES, Transpose.NO, 1, kept, kept, 0, wideProjector);
    backend.copy(wideProjector, projector);
    backend.gemm(Transpose.NO, Transpose.NO, 1, weights, projector, 0, limited);
  }
}
