package dev.gatun.model.head;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/**
 * The products that turn chunks of the logit gradient into the gradients of hidden states and head
 * weights, by the rule of a {@link HeadBackward}. What they need of the weights is computed by
 * {@link #refresh}, outside the pass, because a pass may be recorded and eigenproblems may not.
 */
sealed interface BackwardProducts extends AutoCloseable {

  /** The products of a rule for head weights W [V, D]; checks that they fit. */
  static BackwardProducts of(
      HeadBackward rule, Backend backend, Tensor weights, Tensor weightGradients) {
    return switch (rule) {
      case HeadBackward.Exact _ -> new Exact(backend, weights, weightGradients);
      case HeadBackward.RankLimited(int rank) ->
          new RankLimited(backend, weights, weightGradients, rank);
      case HeadBackward.WithoutOrthogonalPart _ ->
          new WithoutOrthogonalPart(backend, weights, weightGradients);
    };
  }

  /** Looks at the weights as they are now; before every pass. */
  void refresh();

  /** Rows of G [R, V] with their hidden states [R, D]; overwrites their dHidden [R, D]. */
  void add(Tensor gradient, Tensor hidden, Tensor dHidden);

  /** After all rows, of which these are all hidden states and gradients [N, D]. */
  void finish(Tensor hidden, Tensor dHidden);

  @Override
  void close();

  /** dH = G·W, dW += Gᵀ·H. */
  record Exact(Backend backend, Tensor weights, Tensor weightGradients)
      implements BackwardProducts {
    @Override
    public void refresh() {}

    @Override
    public void add(Tensor gradient, Tensor hidden, Tensor dHidden) {
      backend.gemm(Transpose.NO, Transpose.NO, 1, gradient, weights, 0, dHidden);
      backend.gemm(Transpose.YES, Transpose.NO, 1, gradient, hidden, 1, weightGradients);
    }

    @Override
    public void finish(Tensor hidden, Tensor dHidden) {}

    @Override
    public void close() {}
  }

  /** dH = G·W alone: no parameter learns. */
  record HiddenOnly(Backend backend, Tensor weights) implements BackwardProducts {
    @Override
    public void refresh() {}

    @Override
    public void add(Tensor gradient, Tensor hidden, Tensor dHidden) {
      backend.gemm(Transpose.NO, Transpose.NO, 1, gradient, weights, 0, dHidden);
    }

    @Override
    public void finish(Tensor hidden, Tensor dHidden) {}

    @Override
    public void close() {}
  }

  /** The gradients of a head whose parameters have none: refused. */
  record Frozen() implements BackwardProducts {
    @Override
    public void refresh() {}

    @Override
    public void add(Tensor gradient, Tensor hidden, Tensor dHidden) {
      throw new IllegalStateException("this head is frozen: its weights have no gradients");
    }

    @Override
    public void finish(Tensor hidden, Tensor dHidden) {}

    @Override
    public void close() {}
  }

  /** dH = G·W_r with W_r = W·(Q·Qᵀ), dW += Gᵀ·H. */
  final class RankLimited implements BackwardProducts {
    private final Backend backend;
    private final Tensor weights; // [V, D]
    private final Tensor weightGradients; // [V, D]
    private final int rank;
    private final TensorScope scope;
    private final RightSingularVectors directions;
    private final Tensor wideProjector; // [D, D] F64
    private final Tensor projector; // [D, D]
    private final Tensor limited; // [V, D]

    RankLimited(Backend backend, Tensor weights, Tensor weightGradients, int rank) {
      long width = weights.cols();
      if (rank > width) {
        throw new IllegalArgumentException(
            "the backward pass of a head of width %s cannot have rank %s".formatted(width, rank));
      }
      this.backend = backend;
      this.weights = weights;
      this.weightGradients = weightGradients;
      this.rank = rank;
      this.scope = backend.newScope();
      this.directions = new RightSingularVectors(backend, scope, width);
      this.wideProjector = scope.zeros(ElementType.F64, width, width);
      this.projector = scope.zeros(backend.real(), width, width);
      this.limited = scope.zeros(backend.real(), weights.rows(), width);
    }

    @Override
    public void refresh() {
      directions.refresh(weights);
      Tensor leading = directions.leading(rank);
      backend.gemm(Transpose.YES, Transpose.NO, 1, leading, leading, 0, wideProjector);
      backend.copy(wideProjector, projector);
      backend.gemm(Transpose.NO, Transpose.NO, 1, weights, projector, 0, limited);
    }

    @Override
    public void add(Tensor gradient, Tensor hidden, Tensor dHidden) {
      backend.gemm(Transpose.NO, Transpose.NO, 1, gradient, limited, 0, dHidden);
      backend.gemm(Transpose.YES, Transpose.NO, 1, gradient, hidden, 1, weightGradients);
    }

    @Override
    public void finish(Tensor hidden, Tensor dHidden) {}

    @Override
    public void close() {
      scope.close();
    }
  }

  /** dH = G·W, dW += W·((WᵀW)⁺·(dHᵀ·H)). */
  final class WithoutOrthogonalPart implements BackwardProducts {
    private final Backend backend;
    private final Tensor weights; // [V, D]
    private final Tensor weightGradients; // [V, D]
    private final TensorScope scope;
    private final RightSingularVectors directions;
    private final Tensor inverse; // (WᵀW)⁺ [D, D] F64
    private final Tensor correlation; // dHᵀ·H [D, D]
    private final Tensor wideCorrelation; // [D, D] F64
    private final Tensor wideCoefficients; // [D, D] F64
    private final Tensor coefficients; // [D, D]

    WithoutOrthogonalPart(Backend backend, Tensor weights, Tensor weightGradients) {
      long width = weights.cols();
      this.backend = backend;
      this.weights = weights;
      this.weightGradients = weightGradients;
      this.scope = backend.newScope();
      this.directions = new RightSingularVectors(backend, scope, width);
      this.inverse = scope.zeros(ElementType.F64, width, width);
      this.correlation = scope.zeros(backend.real(), width, width);
      this.wideCorrelation = scope.zeros(ElementType.F64, width, width);
      this.wideCoefficients = scope.zeros(ElementType.F64, width, width);
      this.coefficients = scope.zeros(backend.real(), width, width);
    }

    @Override
    public void refresh() {
      directions.refresh(weights);
      Tensor scaled = directions.overSingularValues(weights.rows());
      if (scaled.rows() == 0) {
        backend.fill(inverse, 0);
      } else {
        backend.gemm(Transpose.YES, Transpose.NO, 1, scaled, scaled, 0, inverse);
      }
    }

    @Override
    public void add(Tensor gradient, Tensor hidden, Tensor dHidden) {
      backend.gemm(Transpose.NO, Transpose.NO, 1, gradient, weights, 0, dHidden);
    }

    @Override
    public void finish(Tensor hidden, Tensor dHidden) {
      backend.gemm(Transpose.YES, Transpose.NO, 1, dHidden, hidden, 0, correlation);
      backend.copy(correlation, wideCorrelation);
      backend.gemm(Transpose.NO, Transpose.NO, 1, inverse, wideCorrelation, 0, wideCoefficients);
      backend.copy(wideCoefficients, coefficients);
      backend.gemm(Transpose.NO, Transpose.NO, 1, weights, coefficients, 1, weightGradients);
    }

    @Override
    public void close() {
      scope.close();
    }
  }
}
