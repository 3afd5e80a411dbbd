package dev.gatun.results;

import java.util.Collection;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * A mean with the half-width of its two-sided 95 % interval by Student's distribution, as of values
 * from independent seeds.
 *
 * @param halfWidth NaN for a single value
 */
public record StudentInterval(double mean, double halfWidth) {
  private static final double CONFIDENCE = 0.95;

  /**
   * Of some values.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static StudentInterval of(Collection<Double> values) {
    int n = values.size();
    if (n == 0) {
      throw new IllegalArgumentException("an interval needs at least one value");
    }
    double mean = values.stream().mapToDouble(v -> v).average().orElseThrow();
    if (n < 2) {
      return new StudentInterval(mean, Double.NaN);
    }
    double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
    double standardError = Math.sqrt(squares / (n - 1) / n);
    double t = TDistribution.of(n - 1).inverseSurvivalProbability((1 - CONFIDENCE) / 2);
    return new StudentInterval(mean, t * standardError);
  }
}
