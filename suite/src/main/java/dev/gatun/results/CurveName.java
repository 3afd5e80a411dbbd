package dev.gatun.results;

/**
 * Names of metrics that are points of a curve over something else than the training step: the name
 * of the curve, then where the point stands, as in {@code gradient_rank@512}.
 */
public final class CurveName {
  private static final char MARK = '@';
  private static final String CENTRED = "_centred";

  private CurveName() {}

  /** The name of a curve's point. */
  public static String name(String curve, long at) {
    return curve + MARK + at;
  }

  /** The name of a curve's point; the curve's own name if the place is NaN. */
  public static String name(String curve, double at) {
    if (Double.isNaN(at)) {
      return curve;
    }
    return at == (long) at ? name(curve, (long) at) : curve + MARK + at;
  }

  /** The name of a curve's point at a power of two, as {@code 0.125} or {@code 16}. */
  public static String atPowerOfTwo(String curve, int exponent) {
    return name(curve, Math.scalb(1.0, exponent));
  }

  /** The curve that a metric belongs to; the metric's own name if it is none's. */
  public static String curve(String metric) {
    int mark = metric.indexOf(MARK);
    return mark < 0 ? metric : metric.substring(0, mark);
  }

  /**
   * The name of a metric of head weights W [V, D] when it is measured of C·W, C = I − 11ᵀ/V, which
   * softmax cannot tell from W: as in {@code singular_entropy_centred} or {@code
   * w_error_centred@8}.
   */
  public static String centred(String metric) {
    String curve = curve(metric);
    return curve + CENTRED + metric.substring(curve.length());
  }

  /** The metric of W that one of C·W stands beside; other metrics as they are. */
  static String uncentred(String metric) {
    String curve = curve(metric);
    return curve.endsWith(CENTRED)
        ? curve.substring(0, curve.length() - CENTRED.length()) + metric.substring(curve.length())
        : metric;
  }

  /**
   * Where on its curve a metric stands; NaN if it belongs to none.
   *
   * @throws IllegalArgumentException if what follows the mark is not a number, or not written as
   *     {@link #name} writes it
   */
  public static double at(String metric) {
    String curve = curve(metric);
    if (curve.length() == metric.length()) {
      return Double.NaN;
    }
    double at;
    try {
      at = Double.parseDouble(metric.substring(curve.length() + 1));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "the metric %s must have a number after its %s".formatted(metric, MARK), e);
    }
    if (!name(curve, at).equals(metric)) {
      throw new IllegalArgumentException(
          "the metric %s must be named %s".formatted(metric, name(curve, at)));
    }
    return at;
  }

  /** How tolerances name all points of a metric's curve; empty if it is no point of a curve. */
  static String allPoints(String metric) {
    return metric.substring(0, metric.indexOf(MARK) + 1);
  }
}
