package dev.gatun.measure;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.model.head.MatrixHead;
import dev.gatun.results.CurveName;
import dev.gatun.results.RunRecorder;
import dev.gatun.results.StudentInterval;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * Heads W = A·B of lower ranks, and W itself, fitted to hidden states of the first half of some
 * contexts and scored on the second half (B5). Each begins as the model's own head, cut to the
 * rank, and is fitted alone, so that one head with its gradient and moments is held at a time. The
 * last quarter of the first half chooses the learning rate and when to stop.
 *
 * <p>A few thousand contexts leave a head above the best of its rank: what it loses is an upper
 * bound.
 */
final class HeadFit {
  /** The least that leaves each part some blocks. */
  static final int FEWEST_CONTEXTS = 512;

  /** Peak rates, over the root mean square of the entries that are fitted. */
  private static final double[] RATES = {0.01, 0.05};

  private static final int PASSES = 6;
  private static final int CONTEXTS_OF_A_STEP = 128;

  /** Contexts whose mean loss counts as one number, as neighbours are not independent. */
  private static final int CONTEXTS_OF_A_BLOCK = 32;

  private final Backend backend;
  private final MatrixHead head;
  private final Tensor hidden;
  private final Tensor targets;
  private final MeasureProgress progress;
  private final long fitted;
  private final long choosing;

  /**
   * Fits nothing yet.
   *
   * @param hidden states of the contexts [N, D], those of a document side by side
   * @param targets the tokens that follow [N]
   */
  HeadFit(
      Backend backend, MatrixHead head, Tensor hidden, Tensor targets, MeasureProgress progress) {
    this.backend = backend;
    this.head = head;
    this.hidden = hidden;
    this.targets = targets;
    this.progress = progress;
    this.choosing = hidden.rows() / 8;
    this.fitted = hidden.rows() / 2 - choosing;
  }

  /**
   * Records what heads lose over the full one, with 95 % intervals over the scored contexts.
   *
   * @param ranks below the width
   */
  void record(List<Integer> ranks, long step, RunRecorder run) {
    try (TensorScope scope = backend.newScope()) {
      Tensor weights = head.weights(scope);
      progress.at("fitting the full head");
      double[] full = fit(() -> RankHead.from(backend, weights, head.bias()), size(weights));
      run.metric("fitted_loss", step, mean(full), "nats");
      try (var space = new HeadSpace(backend, weights)) {
        for (int rank : ranks) {
          progress.at("fitting a head of rank " + rank);
          record(rank, full, weights, space, step, run);
        }
      }
    }
  }

  private void record(
      int rank, double[] full, Tensor weights, HeadSpace space, long step, RunRecorder run) {
    try (TensorScope scope = backend.newScope()) {
      RankHead.Factors cut = cut(scope, rank, weights, space);
      double[] losses = fit(() -> RankHead.from(backend, cut, head.bias()), size(cut.a()));
      double[] lost = new double[full.length];
      Arrays.setAll(lost, i -> losses[i] - full[i]);
      var interval = StudentInterval.of(lost);
      run.metric(CurveName.name("fitted_loss_of_rank", rank), step, mean(losses), "nats");
      run.metric(
          CurveName.name("fitted_penalty_of_rank", rank),
          step,
          interval.mean(),
          interval.halfWidth(),
          "nats");
    }
  }

  /** W·E·σ^−½ [V, r] and σ^½·Eᵀ [r, D] of the leading right singular vectors E. */
  private RankHead.Factors cut(TensorScope scope, int rank, Tensor weights, HeadSpace space) {
    int width = Math.toIntExact(weights.cols());
    double[] vectors = backend.toDoubles(space.rightVectors().rows(0, rank));
    double[] toA = new double[vectors.length];
    double[] toB = new double[vectors.length];
    for (int i = 0; i < vectors.length; i++) {
      double root = Math.sqrt(space.spectrum().singularValue(i / width));
      toA[i] = root > 0 ? vectors[i] / root : 0;
      toB[i] = vectors[i] * root;
    }
    Tensor a = scope.zeros(backend.real(), weights.rows(), rank);
    Tensor b = scope.zeros(backend.real(), rank, width);
    backend.write(toA, b);
    backend.gemm(Transpose.NO, Transpose.YES, 1, weights, b, 0, a);
    backend.write(toB, b);
    return new RankHead.Factors(a, b);
  }

  private double size(Tensor entries) {
    return Math.sqrt(backend.sumOfSquares(entries) / entries.size());
  }

  /** Mean loss of each block of the second half, of the rate and pass that choose best. */
  private double[] fit(Supplier<RankHead> begins, double size) {
    double least = Double.POSITIVE_INFINITY;
    double[] best = new double[0];
    for (double rate : RATES) {
      try (RankHead fit = begins.get();
          TensorScope scope = backend.newScope()) {
        Tensor unused = scope.zeros(backend.real(), CONTEXTS_OF_A_STEP, hidden.cols());
        for (int pass = 0; pass <= PASSES; pass++) {
          if (pass > 0) {
            double share = 1 - (pass - 1.0) / PASSES;
            pass(fit, rate * size * share, unused);
          }
          double loss = mean(losses(fit, fitted, fitted + choosing));
          if (loss < least) {
            least = loss;
            best = losses(fit, fitted + choosing, hidden.rows());
          }
        }
      }
    }
    return best;
  }

  private void pass(RankHead fit, double rate, Tensor unused) {
    for (long first = 0; first < fitted; first += CONTEXTS_OF_A_STEP) {
      long count = Math.min(CONTEXTS_OF_A_STEP, fitted - first);
      fit.step(hidden.rows(first, count), targets.slice(first, count), unused.rows(0, count), rate);
    }
  }

  private double[] losses(RankHead fit, long from, long to) {
    int blocks = Math.toIntExact(Math.ceilDiv(to - from, CONTEXTS_OF_A_BLOCK));
    double[] losses = new double[blocks];
    for (int i = 0; i < blocks; i++) {
      long first = from + (long) i * CONTEXTS_OF_A_BLOCK;
      long count = Math.min(CONTEXTS_OF_A_BLOCK, to - first);
      losses[i] = fit.scores(hidden.rows(first, count), targets.slice(first, count)).meanLoss();
    }
    return losses;
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElse(Double.NaN);
  }
}
