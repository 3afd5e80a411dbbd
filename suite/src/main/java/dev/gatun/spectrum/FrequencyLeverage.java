package dev.gatun.spectrum;

import java.util.Arrays;

/**
 * The energy that a head is expected to keep if all that is known is how often each token occurs
 * and D. If the rows of W are independent and have sizes s_v, its leverages are near s_v²/(s_v² +
 * λ), where λ makes their sum D. Training moves the rows of frequent tokens further, and this form
 * takes s_v² = q_v^α of the frequencies q. α = 0 gives D/V.
 */
public final class FrequencyLeverage {
  /**
   * α, a single number for all widths and texts; results/expected/G3.toml says where it is from.
   */
  private static final double EXPONENT = 0.07;

  private static final int HALVINGS = 200;

  private FrequencyLeverage() {}

  /**
   * c² = Σ_v q_v(1 − q_v)·ℓ_v / (1 − ‖q‖²), the closed form of {@link CalibratedProjection} for
   * contexts that all have the probabilities q, and a projector that is random but for its
   * diagonal.
   *
   * @param frequencies q, positive, summing to 1
   * @param width D, less than V
   */
  public static double keptEnergy(double[] frequencies, int width) {
    double[] leverage = of(frequencies, width);
    double kept = 0;
    double unsure = 1;
    for (int v = 0; v < leverage.length; v++) {
      kept += frequencies[v] * (1 - frequencies[v]) * leverage[v];
      unsure -= frequencies[v] * frequencies[v];
    }
    return kept / unsure;
  }

  /** ℓ_v of every token; they sum to D. */
  static double[] of(double[] frequencies, int width) {
    if (width >= frequencies.length) {
      throw new IllegalArgumentException(
          "a head of %s dimensions needs more than %s tokens".formatted(width, frequencies.length));
    }
    double[] sizes = Arrays.stream(frequencies).map(q -> Math.pow(q, EXPONENT)).toArray();
    double low = 0;
    double high = Arrays.stream(sizes).sum() / width; // Σ s²/(s² + λ) < Σ s²/λ
    for (int i = 0; i < HALVINGS && low < high; i++) {
      double middle = 0.5 * (low + high);
      if (sum(sizes, middle) > width) {
        low = middle;
      } else {
        high = middle;
      }
    }
    double lambda = high;
    return Arrays.stream(sizes).map(s -> s / (s + lambda)).toArray();
  }

  private static double sum(double[] sizes, double lambda) {
    return Arrays.stream(sizes).map(s -> s / (s + lambda)).sum();
  }
}
