package dev.gatun.claims.frozen;

import dev.gatun.backend.AdamWStep;
import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.data.Randomness;
import dev.gatun.model.head.FactorisedHead;
import dev.gatun.model.head.HeadScores;
import dev.gatun.model.head.LogitGradientTap;
import dev.gatun.tensor.Tensor;

/** A head W = A·B in training on hidden states that stay as they are. */
final class RankHead implements AutoCloseable {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.95;
  private static final double EPSILON = 1e-8;

  private final Backend backend;
  private final TensorScope scope;
  private final Factor a; // [V, r]
  private final Factor b; // [r, D]
  private final FactorisedHead head;
  private long steps;

  /** A factor, its gradient and AdamW's moments, all of one shape. */
  private record Factor(Tensor value, Tensor gradient, Tensor firstMoment, Tensor secondMoment) {
    static Factor of(Backend backend, TensorScope scope, long rows, long cols) {
      return new Factor(
          scope.zeros(backend.real(), rows, cols),
          scope.zeros(backend.real(), rows, cols),
          scope.zeros(backend.real(), rows, cols),
          scope.zeros(backend.real(), rows, cols));
    }
  }

  /**
   * An untrained head. Heads of one rank begin with the same draws, times the scale of their
   * entries.
   *
   * @param rank of the head, which is the choice's unless something is broken on purpose
   */
  RankHead(
      Backend backend,
      int vocabulary,
      int width,
      int rank,
      EntryScale entries,
      Randomness randomness) {
    this.backend = backend;
    this.scope = backend.newScope();
    this.a = Factor.of(backend, scope, vocabulary, rank);
    this.b = Factor.of(backend, scope, rank, width);
    this.head = FactorisedHead.over(backend, a.value, a.gradient, b.value, b.gradient);
    double deviation = entries.deviation(rank, width);
    draw(a.value, randomness.stream("a").stream(rank), deviation);
    draw(b.value, randomness.stream("b").stream(rank), deviation);
  }

  private void draw(Tensor value, Randomness stream, double deviation) {
    float[] entries = new float[Math.toIntExact(value.size())];
    stream.gaussian(entries, deviation);
    backend.write(entries, value);
  }

  /**
   * One step on the mean loss of contexts, without weight decay.
   *
   * @param unused [N, D], overwritten with a gradient that a frozen backbone has no use for
   */
  void step(Tensor hidden, Tensor targets, Tensor unused, double learningRate) {
    backend.fill(a.gradient, 0);
    backend.fill(b.gradient, 0);
    head.gradients(hidden, targets, 1.0 / hidden.rows(), unused, LogitGradientTap.NONE);
    steps++;
    var step = new AdamWStep(learningRate, BETA1, BETA2, EPSILON, 0, steps, 1);
    update(step, a);
    update(step, b);
  }

  private void update(AdamWStep step, Factor factor) {
    backend.adamW(step, factor.value, factor.gradient, factor.firstMoment, factor.secondMoment);
  }

  /** Mean loss of the last step, before it. */
  double lastLoss(long rows) {
    return head.lossSum(rows) / rows;
  }

  HeadScores scores(Tensor hidden, Tensor targets) {
    return head.scores(hidden, targets);
  }

  @Override
  public void close() {
    head.close();
    scope.close();
  }
}
