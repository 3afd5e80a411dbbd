package dev.gatun.model.head;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.model.head.HeadBackward.Directions;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Optional;

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
      case HeadBackward.RankLimited limited ->
          new RankLimited(backend, weights, weightGradients, limited);
      case HeadBackward.WithoutOrthogonalPart _ ->
          new WithoutOrthogonalPart(backend, weights, weightGradients);
      case HeadBackward.FrozenHead _ -> new HiddenOnly(backend, weights);
    };
  }

  /** Reads the weights as they are now. It is called before every pass, with the pass's rows. */
  void refresh(long rows);

  /**
   * Rows of G [R, V] with their hidden states [R, D]; overwrites their dHidden [R, D].
   *
   * @param first the first of these rows among all of the pass
   */
  void add(long first, Tensor gradient, Tensor hidden, Tensor dHidden);

  /** After all rows: their hidden states and gradients [N, D]. */
  void finish(Tensor hidden, Tensor dHidden);

  /** How often a buffer of a pass was replaced. */
  default long generation() {
    return 0;
  }

  @Override
  void close();

  /** dH = G·W, dW += Gᵀ·H. */
  record Exact(Backend backend, Tensor weights, Tensor weightGradients)
      implements BackwardProducts {
    @Override
    public void refresh(long rows) {}

    @Override
    public void add(long first, Tensor gradient, Tensor hidden, Tensor dHidden) {
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
    public void refresh(long rows) {}

    @Override
    public void add(long first, Tensor gradient, Tensor hidden, Tensor dHidden) {
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
    public void refresh(long rows) {}

    @Override
    public void add(long first, Tensor gradient, Tensor hidden, Tensor dHidden) {
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
    private final HeadBackward.RankLimited rule;
    private final TensorScope scope;
    private final RightSingularVectors directions;
    private final Tensor wideProjector; // [D, D] F64
    private final Tensor projector; // [D, D]
    private final Tensor limited; // [V, D]
    private Optional<Matching> matching = Optional.empty();
    private long passes;
    private long replaced;

    /** What scales dH to the exact one, [N, D]. */
    private record Matching(TensorScope scope, Tensor exact, MatchedRms rms) {}

    RankLimited(
        Backend backend, Tensor weights, Tensor weightGradients, HeadBackward.RankLimited rule) {
      long width = weights.cols();
      if (rule.rank() > width) {
        throw new IllegalArgumentException(
            "the backward pass of a head of width %s cannot have rank %s"
                .formatted(width, rule.rank()));
      }
      this.backend = backend;
      this.weights = weights;
      this.rule = rule;
      this.weightGradients = weightGradients;
      this.scope = backend.newScope();
      this.directions = new RightSingularVectors(backend, scope, width);
      this.wideProjector = scope.zeros(ElementType.F64, width, width);
      this.projector = scope.zeros(backend.real(), width, width);
      this.limited = scope.zeros(backend.real(), weights.rows(), width);
    }

    @Override
    public void refresh(long rows) {
      if (passes++ % rule.interval() == 0) {
        renew();
      }
      if (rule.rmsMatched() && matching.filter(m -> m.exact.rows() == rows).isEmpty()) {
        matching.ifPresent(m -> m.scope.close());
        TensorScope buffers = backend.newScope();
        Tensor gradients = buffers.zeros(backend.real(), rows, weights.cols());
        var rms = new MatchedRms(backend, buffers, gradients.size());
        matching = Optional.of(new Matching(buffers, gradients, rms));
        replaced++;
      }
    }

    private void renew() {
      if (rule.directions() == Directions.RANDOM) {
        directions.refreshAtRandom();
      } else {
        directions.refresh(weights);
      }
      Tensor kept =
          rule.directions() == Directions.TRAILING
              ? directions.trailing(rule.rank())
              : directions.leading(rule.rank());
      backend.gemm(Transpose.YES, Transpose.NO, 1, kept, kept, 0, wideProjector);
      backend.copy(wideProjector, projector);
      backend.gemm(Transpose.NO, Transpose.NO, 1, weights, projector, 0, limited);
    }

    @Override
    public void add(long first, Tensor gradient, Tensor hidden, Tensor dHidden) {
      matching.ifPresent(m -> product(gradient, weights, m.exact.rows(first, gradient.rows())));
      product(gradient, limited, dHidden);
      backend.gemm(Transpose.YES, Transpose.NO, 1, gradient, hidden, 1, weightGradients);
    }

    private void product(Tensor gradient, Tensor head, Tensor dHidden) {
      backend.gemm(Transpose.NO, Transpose.NO, 1, gradient, head, 0, dHidden);
    }

    @Override
    public void finish(Tensor hidden, Tensor dHidden) {
      matching.ifPresent(m -> m.rms.add(dHidden, m.exact, 0, dHidden));
    }

    @Override
    public long generation() {
      return replaced;
    }

    @Override
    public void close() {
      matching.ifPresent(m -> m.scope.close());
      scope.close();
    }
  }

  /** dH = G·W, dW += W·((WᵀW)⁺·(dHᵀ·H)), scaled to the root mean square of Gᵀ·H. */
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
    private final Tensor projected; // [V, D]
    private final Tensor exact; // [V, D]
    private final MatchedRms rms;

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
      this.projected = scope.zeros(backend.real(), weights.rows(), width);
      this.exact = scope.zeros(backend.real(), weights.rows(), width);
      this.rms = new MatchedRms(backend, scope, exact.size());
    }

    @Override
    public void refresh(long rows) {
      directions.refresh(weights);
      Tensor scaled = directions.overSingularValues(weights.rows());
      if (scaled.rows() == 0) {
        backend.fill(inverse, 0);
      } else {
        backend.gemm(Transpose.YES, Transpose.NO, 1, scaled, scaled, 0, inverse);
      }
    }

    @Override
    public void add(long first, Tensor gradient, Tensor hidden, Tensor dHidden) {
      backend.gemm(Transpose.NO, Transpose.NO, 1, gradient, weights, 0, dHidden);
      backend.gemm(Transpose.YES, Transpose.NO, 1, gradient, hidden, first == 0 ? 0 : 1, exact);
    }

    @Override
    public void finish(Tensor hidden, Tensor dHidden) {
      backend.gemm(Transpose.YES, Transpose.NO, 1, dHidden, hidden, 0, correlation);
      backend.copy(correlation, wideCorrelation);
      backend.gemm(Transpose.NO, Transpose.NO, 1, inverse, wideCorrelation, 0, wideCoefficients);
      backend.copy(wideCoefficients, coefficients);
      backend.gemm(Transpose.NO, Transpose.NO, 1, weights, coefficients, 0, projected);
      rms.add(projected, exact, 1, weightGradients);
    }

    @Override
    public void close() {
      scope.close();
    }
  }
}
