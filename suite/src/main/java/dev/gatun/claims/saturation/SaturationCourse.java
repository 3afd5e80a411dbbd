package dev.gatun.claims.saturation;

import dev.gatun.measure.SpectralCollapse;
import dev.gatun.measure.SpectralCollapse.Point;
import dev.gatun.results.RunRecorder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** A run from its beginning to its end, and what can only be said of it as a whole. */
final class SaturationCourse {
  private final List<Checkpoint> checkpoints = new ArrayList<>();

  /**
   * The model at a step.
   *
   * @param entropies of its head W
   * @param centredEntropies of C·W
   * @param anisotropy of its head inputs
   * @param loss in nats
   * @param lossOfFrequencies of token frequencies alone, on the same contexts
   */
  record Checkpoint(
      long step,
      Entropies entropies,
      Entropies centredEntropies,
      double anisotropy,
      double loss,
      double lossOfFrequencies) {
    double entropy() {
      return entropies.head;
    }
  }

  /** Singular entropies of a head and of its rows of common tokens alone, in nats. */
  record Entropies(double head, double commonTokens) {}

  void add(Checkpoint checkpoint) {
    checkpoints.add(checkpoint);
  }

  /** Records collapse, peak and correlations, at the last step. */
  void record(int width, RunRecorder run) {
    long last = checkpoints.getLast().step();
    recordCollapse(width, Checkpoint::entropies, last, run);
    recordCollapse(width, Checkpoint::centredEntropies, last, run.centred());
    Checkpoint peak =
        checkpoints.stream().max(Comparator.comparingDouble(Checkpoint::anisotropy)).orElseThrow();
    run.metric("anisotropy_peak", last, peak.anisotropy(), "1");
    run.metric("anisotropy_peak_step", last, peak.step(), "1");
    run.metric("loss_gained_at_peak", last, peak.lossOfFrequencies() - peak.loss(), "nats");
    List<Checkpoint> settled =
        checkpoints.stream().filter(c -> SpectralCollapse.isSettled(c.step(), last)).toList();
    double[] anisotropies = values(settled, Checkpoint::anisotropy);
    run.metric(
        "correlation_with_entropy",
        last,
        rankCorrelation(anisotropies, values(settled, Checkpoint::entropy)),
        "1");
    run.metric(
        "correlation_with_loss",
        last,
        rankCorrelation(anisotropies, values(settled, Checkpoint::loss)),
        "1");
  }

  private void recordCollapse(
      int width, Function<Checkpoint, Entropies> of, long last, RunRecorder run) {
    collapse(width, c -> of.apply(c).head).record(width, last, run);
    SpectralCollapse common = collapse(width, c -> of.apply(c).commonTokens);
    run.metric("entropy_fall_common_tokens", last, common.fall(), "nats");
    run.metric("entropy_rise_share_common_tokens", last, common.riseShare(width), "1");
  }

  private SpectralCollapse collapse(int width, ToDoubleFunction<Checkpoint> entropy) {
    return SpectralCollapse.of(
        checkpoints.stream().map(c -> new Point(c.step(), entropy.applyAsDouble(c))).toList(),
        width);
  }

  private static double[] values(List<Checkpoint> of, ToDoubleFunction<Checkpoint> value) {
    return of.stream().mapToDouble(value).toArray();
  }

  /**
   * Spearman's rank correlation 1 − 6·Σd²/(n·(n² − 1)), d being differences of ranks; 0 for less
   * than two values. Equal values, which measurements hardly are, rank in their order.
   */
  static double rankCorrelation(double[] x, double[] y) {
    int n = x.length;
    if (n < 2) {
      return 0;
    }
    int[] ranksOfX = ranks(x);
    int[] ranksOfY = ranks(y);
    double squares = 0;
    for (int i = 0; i < n; i++) {
      double difference = ranksOfX[i] - ranksOfY[i];
      squares += difference * difference;
    }
    return 1 - 6 * squares / (n * ((double) n * n - 1));
  }

  private static int[] ranks(double[] values) {
    Integer[] order = new Integer[values.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble(i -> values[i]));
    int[] ranks = new int[values.length];
    for (int rank = 0; rank < order.length; rank++) {
      ranks[order[rank]] = rank;
    }
    return ranks;
  }
}
