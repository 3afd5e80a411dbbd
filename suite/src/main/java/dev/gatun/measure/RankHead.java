package dev.gatun.measure;

import dev.gatun.backend.AdamWConstants;
import dev.gatun.backend.Backend;
import dev.gatun.backend.StepNumbers;
import dev.gatun.backend.TensorScope;
import dev.gatun.data.Randomness;
import dev.gatun.model.head.FactorisedHead;
import dev.gatun.model.head.HeadBackward;
import dev.gatun.model.head.HeadScores;
import dev.gatun.model.head.LinearHead;
import dev.gatun.model.head.MatrixHead;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/** A head, W = A·B or W itself, in training on hidden states that stay as they are. */
public final class RankHead implements AutoCloseable {
  private static final AdamWConstants ADAM_W = new AdamWConstants(0.9, 0.95, 1e-8, 0);

  private final Backend backend;
  private final TensorScope scope;
  private final List<Factor> factors;
  private final MatrixHead head;
  private final Tensor step; // F64: see StepNumbers
  private long steps;

  /** A [V, r] and B [r, D] of W = A·B. */
  public record Factors(Tensor a, Tensor b) {}

  /** A factor, its gradient and AdamW's moments, all of one shape. */
  private record Factor(Tensor value, Tensor gradient, Tensor firstMoment, Tensor secondMoment) {
    static Factor of(Backend backend, TensorScope scope, Tensor begins) {
      long rows = begins.rows();
      long cols = begins.cols();
      var factor =
          new Factor(
              scope.zeros(backend.real(), rows, cols),
              scope.zeros(backend.real(), rows, cols),
              scope.zeros(backend.real(), rows, cols),
              scope.zeros(backend.real(), rows, cols));
      backend.copy(begins, factor.value);
      return factor;
    }
  }

  private RankHead(Backend backend, TensorScope scope, List<Factor> factors, MatrixHead head) {
    this.backend = backend;
    this.scope = scope;
    this.factors = factors;
    this.head = head;
    this.step = scope.zeros(ElementType.F64, StepNumbers.SIZE);
  }

  /** A head that begins as A·B with A [V, r] and B [r, D], and keeps its bias [V]. */
  public static RankHead from(Backend backend, Factors begins, Optional<Tensor> bias) {
    try (var opened = new CloseStack()) {
      TensorScope scope = opened.own(backend.newScope());
      Factor a = Factor.of(backend, scope, begins.a());
      Factor b = Factor.of(backend, scope, begins.b());
      var head = new FactorisedHead(backend, a.value, a.gradient, b.value, b.gradient, bias);
      var made = new RankHead(backend, scope, List.of(a, b), head);
      opened.keep();
      return made;
    }
  }

  /** A head A·B of some rank whose entries are N(0, 1), with a bias [V] that stays. */
  public static RankHead drawn(
      Backend backend,
      int vocabulary,
      int width,
      int rank,
      Optional<Tensor> bias,
      Randomness randomness) {
    try (TensorScope scope = backend.newScope()) {
      Tensor a = scope.zeros(backend.real(), vocabulary, rank);
      Tensor b = scope.zeros(backend.real(), rank, width);
      draw(backend, a, randomness.stream("a").stream(rank));
      draw(backend, b, randomness.stream("b").stream(rank));
      return from(backend, new Factors(a, b), bias);
    }
  }

  private static void draw(Backend backend, Tensor value, Randomness stream) {
    float[] entries = new float[Math.toIntExact(value.size())];
    stream.gaussian(entries, 1);
    backend.write(entries, value);
  }

  /**
   * A head W of its own that begins as the given weights [V, D], in which its loss is convex, and
   * keeps its bias [V].
   */
  public static RankHead from(Backend backend, Tensor weights, Optional<Tensor> bias) {
    try (var opened = new CloseStack()) {
      TensorScope scope = opened.own(backend.newScope());
      Factor w = Factor.of(backend, scope, weights);
      var head =
          new LinearHead(
              backend,
              w.value,
              w.gradient,
              bias.map(LinearHead.Bias::fixed).orElse(LinearHead.Bias.NONE),
              HeadBackward.EXACT);
      var made = new RankHead(backend, scope, List.of(w), head);
      opened.keep();
      return made;
    }
  }

  /**
   * One step on the mean loss of contexts, without weight decay.
   *
   * @param unused [N, D], overwritten with a gradient that a frozen backbone has no use for
   */
  public void step(Tensor hidden, Tensor targets, Tensor unused, double learningRate) {
    factors.forEach(factor -> backend.fill(factor.gradient, 0));
    head.gradients(hidden, targets, 1.0 / hidden.rows(), unused, BlockVisitor.NONE);
    steps++;
    backend.write(new StepNumbers(steps, learningRate, 1).values(), step);
    for (Factor factor : factors) {
      backend.adamW(
          ADAM_W, step, factor.value, factor.gradient, factor.firstMoment, factor.secondMoment);
    }
  }

  /** Mean loss of the last step, before it. */
  public double lastLoss(long rows) {
    return head.lossSum(rows) / rows;
  }

  /** Loss and accuracy over contexts. */
  public HeadScores scores(Tensor hidden, Tensor targets) {
    return head.scores(hidden, targets);
  }

  @Override
  public void close() {
    head.close();
    scope.close();
  }
}
