package dev.gatun.results;

import java.util.Arrays;
import java.util.Collection;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * A mean and the half-width of its two-sided 95 % interval by Student's t.
 *
 * @param halfWidth 0 if the values do not scatter, NaN where a single value was allowed
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
   * As {@link #of(double[])}, but of a single value too, whose half-width is NaN.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static StudentInterval ofAny(Collection<Double> values) {
    double[] all = values.stream().mapToDouble(v -> v).toArray();
    return all.length == 1 ? new StudentInterval(all[0], Double.NaN) : of(all);
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

  /** The most values that {@link #valuesFor} tries. */
  static final int MOST_VALUES = 1_000;

  /**
   * The least number of values whose interval is narrower than some half-width, if they scatter as
   * those of a given interval; empty if {@link #MOST_VALUES} are too few.
   */
  static OptionalInt valuesFor(double halfWidth, double given, int values) {
    double deviation = given * Math.sqrt(values) / quantile(values - 1);
    return IntStream.rangeClosed(values + 1, MOST_VALUES)
        .filter(n -> quantile(n - 1) * deviation / Math.sqrt(n) < halfWidth)
        .findFirst();
  }

  private static StudentInterval interval(
      double mean, double squaredError, double degreesOfFreedom) {
    if (squaredError == 0) {
      return new StudentInterval(mean, 0);
    }
    return new StudentInterval(mean, quantile(degreesOfFreedom) * Math.sqrt(squaredError));
  }

  private static double quantile(double degreesOfFreedom) {
    return TDistribution.of(degreesOfFreedom).inverseSurvivalProbability((1 - CONFIDENCE) / 2);
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
