package dev.gatun.model.head;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.model.head.HeadBackward.Curvature;
import dev.gatun.model.head.HeadBackward.Directions;
import dev.gatun.tensor.CloseStack;
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
          new LowRank(backend, weights, weightGradients, limited);
      case HeadBackward.NarrowForward narrow ->
          new LowRank(backend, weights, weightGradients, narrow);
      case HeadBackward.WithoutOrthogonalPart _ ->
          new WithoutOrthogonalPart(backend, weights, weightGradients);
      case HeadBackward.Preconditioned preconditioned ->
          new Preconditioned(backend, weights, weightGradients, preconditioned);
      case HeadBackward.FrozenHead _ -> new HiddenOnly(backend, weights);
    };
  }

  /** Reads the weights as they are now. It is called before every pass, with its targets [N]. */
  void refresh(Tensor targets);

  /**
   * Rows of G [R, V] with their hidden states [R, D]; overwrites their dHidden [R, D].
   *
   * @param first the first of these rows among all of the pass
   */
  void add(long first, Tensor gradient, Tensor hidden, Tensor dHidden);

  /** After all rows: their hidden states and gradients [N, D], their targets [N], and G's scale. */
  void finish(Tensor hidden, Tensor targets, double scale, Tensor dHidden);

  /** The weights of the logits: those of the head, unless the forward pass is narrow, too. */
  default Tensor forward(Tensor ofTheHead) {
    return ofTheHead;
  }

  /** Takes the weights of the logits of those that the head has now; not to be recorded. */
  default void renewForward() {}

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
    public void refresh(Tensor targets) {}

    @Override
    public void add(long first, Tensor gradient, Tensor hidden, Tensor dHidden) {
      backend.gemm(Transpose.NO, Transpose.NO, 1, gradient, weights, 0, dHidden);
      backend.gemm(Transpose.YES, Transpose.NO, 1, gradient, hidden, 1, weightGradients);
    }

    @Override
    public void finish(Tensor hidden, Tensor targets, double scale, Tensor dHidden) {}

    @Override
    public void close() {}
  }

  /** dH = G·W alone: no parameter learns. */
  record HiddenOnly(Backend backend, Tensor weights) implements BackwardProducts {
    @Override
    public void refresh(Tensor targets) {}

    @Override
    public void add(long first, Tensor gradient, Tensor hidden, Tensor dHidden) {
      backend.gemm(Transpose.NO, Transpose.NO, 1, gradient, weights, 0, dHidden);
    }

    @Override
    public void finish(Tensor hidden, Tensor targets, double scale, Tensor dHidden) {}

    @Override
    public void close() {}
  }

  /** The gradients of a head whose parameters have none: refused. */
  record Frozen() implements BackwardProducts {
    @Override
    public void refresh(Tensor targets) {}

    @Override
    public void add(long first, Tensor gradient, Tensor hidden, Tensor dHidden) {
      throw new IllegalStateException("this head is frozen: its weights have no gradients");
    }

    @Override
    public void finish(Tensor hidden, Tensor targets, double scale, Tensor dHidden) {}

    @Override
    public void close() {}
  }

  /** dH = G·W_r or G·W, scaled to the other where a size is to be matched; dW += Gᵀ·H. */
  final class LowRank implements BackwardProducts {
    private final Backend backend;
    private final Tensor weights; // [V, D]
    private final Tensor weightGradients; // [V, D]
    private final TensorScope scope;
    private final LowRankWeights limited;
    private final int interval;
    private final Tensor through; // W_r or W [V, D]
    private final Tensor forward; // the same
    private final Optional<Tensor> reference; // the same
    private final MatchedRows matched; // G·reference
    private long passes;

    /** An exact forward pass, and W_r backward. */
    LowRank(
        Backend backend, Tensor weights, Tensor weightGradients, HeadBackward.RankLimited rule) {
      this.backend = backend;
      this.weights = weights;
      this.weightGradients = weightGradients;
      try (var opened = new CloseStack()) {
        this.scope = opened.own(backend.newScope());
        this.limited = new LowRankWeights(backend, scope, weights, rule.rank(), rule.directions());
        this.matched = new MatchedRows(backend, weights.cols());
        this.interval = rule.interval();
        this.through = limited.matrix();
        this.forward = weights;
        this.reference = rule.rmsMatched() ? Optional.of(weights) : Optional.empty();
        opened.keep();
      }
    }

    /** W_r forward, and W_r or W backward. */
    LowRank(
        Backend backend, Tensor weights, Tensor weightGradients, HeadBackward.NarrowForward rule) {
      this.backend = backend;
      this.weights = weights;
      this.weightGradients = weightGradients;
      try (var opened = new CloseStack()) {
        this.scope = opened.own(backend.newScope());
        this.limited = new LowRankWeights(backend, scope, weights, rule.rank(), Directions.LEADING);
        this.matched = new MatchedRows(backend, weights.cols());
        this.interval = 1;
        this.through = rule.wideBackward() ? weights : limited.matrix();
        this.forward = limited.matrix();
        this.reference = rule.wideBackward() ? Optional.of(forward) : Optional.empty();
        opened.keep();
      }
    }

    @Override
    public Tensor forward(Tensor ofTheHead) {
      return forward;
    }

    @Override
    public void renewForward() {
      if (forward != weights) {
        limited.renew();
      }
    }

    @Override
    public void refresh(Tensor targets) {
      if (passes++ % interval == 0) {
        limited.renew();
      }
      if (reference.isPresent()) {
        matched.prepare(targets.size());
      }
    }

    @Override
    public void add(long first, Tensor gradient, Tensor hidden, Tensor dHidden) {
      reference.ifPresent(
          head -> product(gradient, head, matched.gradients().rows(first, gradient.rows())));
      product(gradient, through, dHidden);
      backend.gemm(Transpose.YES, Transpose.NO, 1, gradient, hidden, 1, weightGradients);
    }

    private void product(Tensor gradient, Tensor head, Tensor dHidden) {
      backend.gemm(Transpose.NO, Transpose.NO, 1, gradient, head, 0, dHidden);
    }

    @Override
    public void finish(Tensor hidden, Tensor targets, double scale, Tensor dHidden) {
      if (reference.isPresent()) {
        matched.match(dHidden, matched.gradients(), dHidden);
      }
    }

    @Override
    public long generation() {
      return matched.generation();
    }

    @Override
    public void close() {
      matched.close();
      scope.close();
    }
  }

  /** dH = s·G·W·(C + λI)⁻¹, dW += Gᵀ·H. */
  final class Preconditioned implements BackwardProducts {
    private final Backend backend;
    private final Tensor weights; // [V, D]
    private final Tensor weightGradients; // [V, D]
    private final HeadBackward.Preconditioned rule;
    private final TensorScope scope;
    private final DampedInverse inverse;
    private final Optional<RightSingularVectors> random; // with GRAM_AT_RANDOM
    private final Optional<SoftmaxCurvature> softmax; // with SOFTMAX
    private final MatchedRows matched; // dH divided by the curvature

    Preconditioned(
        Backend backend, Tensor weights, Tensor weightGradients, HeadBackward.Preconditioned rule) {
      this.backend = backend;
      this.weights = weights;
      this.weightGradients = weightGradients;
      this.rule = rule;
      try (var opened = new CloseStack()) {
        this.scope = opened.own(backend.newScope());
        this.inverse = new DampedInverse(backend, scope, weights.cols(), rule.damping());
        this.random =
            rule.curvature() == Curvature.GRAM_AT_RANDOM
                ? Optional.of(new RightSingularVectors(backend, scope, weights.cols()))
                : Optional.empty();
        this.softmax =
            rule.curvature() == Curvature.SOFTMAX
                ? Optional.of(new SoftmaxCurvature(backend, scope, weights))
                : Optional.empty();
        this.matched = new MatchedRows(backend, weights.cols());
        opened.keep();
      }
    }

    @Override
    public void refresh(Tensor targets) {
      switch (rule.curvature()) {
        case GRAM -> {
          backend.syrk(Transpose.YES, weights, 0, inverse.lower());
          inverse.renew();
        }
        case GRAM_AT_RANDOM -> {
          backend.syrk(Transpose.YES, weights, 0, inverse.lower());
          random.orElseThrow().refreshAtRandom();
          inverse.renewWith(random.orElseThrow());
        }
        case SOFTMAX -> {
          softmax.orElseThrow().write(inverse.lower());
          inverse.renew();
          softmax.orElseThrow().begin(targets);
        }
      }
      matched.prepare(targets.size());
    }

    @Override
    public void add(long first, Tensor gradient, Tensor hidden, Tensor dHidden) {
      backend.gemm(Transpose.NO, Transpose.NO, 1, gradient, weights, 0, dHidden);
      backend.gemm(Transpose.YES, Transpose.NO, 1, gradient, hidden, 1, weightGradients);
      softmax.ifPresent(s -> s.add(first, gradient));
    }

    @Override
    public void finish(Tensor hidden, Tensor targets, double scale, Tensor dHidden) {
      Tensor divided = matched.gradients();
      softmax.ifPresent(s -> s.finish(targets, scale, dHidden, divided));
      backend.gemm(Transpose.NO, Transpose.NO, 1, dHidden, inverse.matrix(), 0, divided);
      matched.match(divided, dHidden, dHidden);
    }

    @Override
    public long generation() {
      return matched.generation();
    }

    @Override
    public void close() {
      matched.close();
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
      try (var opened = new CloseStack()) {
        this.scope = opened.own(backend.newScope());
        this.directions = new RightSingularVectors(backend, scope, width);
        this.inverse = scope.zeros(ElementType.F64, width, width);
        this.correlation = scope.zeros(backend.real(), width, width);
        this.wideCorrelation = scope.zeros(ElementType.F64, width, width);
        this.wideCoefficients = scope.zeros(ElementType.F64, width, width);
        this.coefficients = scope.zeros(backend.real(), width, width);
        this.projected = scope.zeros(backend.real(), weights.rows(), width);
        this.exact = scope.zeros(backend.real(), weights.rows(), width);
        this.rms = new MatchedRms(backend, scope, exact.size());
        opened.keep();
      }
    }

    @Override
    public void refresh(Tensor targets) {
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
    public void finish(Tensor hidden, Tensor targets, double scale, Tensor dHidden) {
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
