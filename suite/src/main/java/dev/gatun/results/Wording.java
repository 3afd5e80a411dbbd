package dev.gatun.results;

import java.util.Locale;
import java.util.function.DoubleFunction;

/** What verdicts are called, on the screen and in the report. */
public final class Wording {
  private Wording() {}

  /** A constant in small letters, as in {@code not reproduced}. */
  public static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /**
   * What is expected, as in {@code 0.945 to 0.995}, {@code ≥ 1.2}, {@code > 0}.
   *
   * @param openLow whether the lower bound itself lies outside
   * @param openHigh whether the upper bound itself lies outside
   * @param number how a bound is written
   */
  public static String bounds(
      Verdict verdict, boolean openLow, boolean openHigh, DoubleFunction<String> number) {
    double low = verdict.expectedLow();
    double high = verdict.expectedHigh();
    if (Double.isNaN(low) || Double.isNaN(high)) {
      return number.apply(Double.NaN);
    }
    if (low == Double.NEGATIVE_INFINITY && high == Double.POSITIVE_INFINITY) {
      return "any";
    }
    if (high == Double.POSITIVE_INFINITY) {
      return (openLow ? "> " : "≥ ") + number.apply(low);
    }
    if (low == Double.NEGATIVE_INFINITY) {
      return (openHigh ? "< " : "≤ ") + number.apply(high);
    }
    if (low == high) {
      return number.apply(low);
    }
    return (openLow ? "above " : "")
        + number.apply(low)
        + (openHigh ? " to below " : " to ")
        + number.apply(high);
  }
}
