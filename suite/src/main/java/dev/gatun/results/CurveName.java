package dev.gatun.results;

import java.util.Locale;

/**
 * Names of metrics that are points of a curve over something else than the training step: the name
 * of the curve, then where the point stands, as in {@code gradient_rank@512}.
 */
public final class CurveName {
  private CurveName() {}

  /** The name of a curve's point. */
  public static String name(String curve, long at) {
    return curve + "@" + at;
  }

  /** The name of a curve's point at a power of two, as {@code 0.125} or {@code 16}. */
  public static String atPowerOfTwo(String curve, int exponent) {
    return exponent >= 0
        ? name(curve, 1L << exponent)
        : curve + "@" + String.format(Locale.ROOT, "%s", Math.scalb(1.0, exponent));
  }

  /** The curve that a metric belongs to; the metric's own name if it is none's. */
  public static String curve(String metric) {
    int mark = metric.indexOf('@');
    return mark < 0 ? metric : metric.substring(0, mark);
  }
}
