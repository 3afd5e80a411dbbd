package dev.gatun.results;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * A mean and the half-width of its two-sided 95 % interval by Student's t.
 *
 * @param halfWidth 0 if the values do not scatter
 */
public record StudentInterval(double mean, double halfWidth) {
  private static final double CONFIDENCE = 0.95;

  /** Mean and variance of the mean. */
  private record Moments(double mean, double squaredError, int degreesOfFreedom) {
    static Moments of(double[] values) {
      if (values.length < 2) {
        throw new IllegalArgumentException(
            "an interval needs 2 values or more, and there is " + values.length);
      }
      double mean = Arrays.stream(values).average().orElseThrow();
      double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
      int free = values.length - 1;
      return new Moments(mean, squares / free / values.length, free);
    }
  }

  /**
   * Of the mean of at least two values.
   *
   * @throws IllegalArgumentException if there are fewer
   */
  public static StudentInterval of(double[] values) {
    var moments = Moments.of(values);
    return interval(moments.mean(), moments.squaredError(), moments.degreesOfFreedom());
  }

  /**
   * Of the difference of two means, {@code second} less {@code first}, whose values are independent
   * and may scatter differently (Welch 1947).
   *
   * @throws IllegalArgumentException if either has fewer than two values
   */
  public static StudentInterval ofDifference(double[] first, double[] second) {
    var a = Moments.of(first);
    var b = Moments.of(second);
    double squaredError = a.squaredError() + b.squaredError();
    double degreesOfFreedom =
        squaredError
            * squaredError
            / (a.squaredError() * a.squaredError() / a.degreesOfFreedom()
                + b.squaredError() * b.squaredError() / b.degreesOfFreedom());
    return interval(b.mean() - a.mean(), squaredError, degreesOfFreedom);
  }

  private static StudentInterval interval(
      double mean, double squaredError, double degreesOfFreedom) {
    if (squaredError == 0) {
      return new StudentInterval(mean, 0);
    }
    double t = TDistribution.of(degreesOfFreedom).inverseSurvivalProbability((1 - CONFIDENCE) / 2);
    return new StudentInterval(mean, t * Math.sqrt(squaredError));
  }

  /** Lower end. */
  public double low() {
    return mean - halfWidth;
  }

  /** Upper end. */
  public double high() {
    return mean + halfWidth;
  }
}
