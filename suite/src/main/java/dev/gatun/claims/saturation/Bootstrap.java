package dev.gatun.claims.saturation;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/**
 * What a statistic is when the numbers that it is made of are drawn again within their errors
 * (Efron 1979; the intervals as in Davison and Hinkley, <i>Bootstrap Methods and their
 * Application</i>, 1997, §5.2).
 *
 * @param estimate of the numbers as they stand
 * @param resamples ascending
 */
record Bootstrap(double estimate, double[] resamples) {
  /** Resamples of each statistic; enough that the ends of a 95 % interval move by a hundredth. */
  static final int RESAMPLES = 4_000;

  private static final double OUTSIDE = 0.025;

  /** A 95 % interval. */
  record Interval(double low, double high) {
    double reach(double from) {
      return Math.max(high - from, from - low);
    }
  }

  /**
   * Draws all resamples.
   *
   * @param resample the statistic of the resample of a number
   */
  static Bootstrap of(double estimate, IntToDoubleFunction resample) {
    double[] values = new double[RESAMPLES];
    Arrays.setAll(values, resample);
    Arrays.sort(values);
    return new Bootstrap(estimate, values);
  }

  /** Between the 2.5 % and the 97.5 % points of the resamples: for unbiased statistics. */
  Interval percentile() {
    return new Interval(quantile(OUTSIDE), quantile(1 - OUTSIDE));
  }

  /**
   * The percentile interval mirrored at the estimate: resamples are off from the estimate as it is
   * off from the truth, so that this one is right where the statistic is biased.
   */
  Interval mirrored() {
    return new Interval(2 * estimate - quantile(1 - OUTSIDE), 2 * estimate - quantile(OUTSIDE));
  }

  /** The estimate less its bias, which is how far the resamples' mean is above it. */
  double corrected() {
    return 2 * estimate - Arrays.stream(resamples).average().orElseThrow();
  }

  private double quantile(double share) {
    return resamples[(int) Math.round(share * (resamples.length - 1))];
  }
}
