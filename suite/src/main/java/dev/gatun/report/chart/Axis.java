package dev.gatun.report.chart;

/**
 * One axis of a chart.
 *
 * @param low least value shown; NaN to fit the data
 * @param high greatest value shown; NaN to fit the data
 */
public record Axis(String label, Scale scale, double low, double high) {

  /** How values are laid out. */
  public enum Scale {
    /** Evenly. */
    LINEAR,
    /** By their logarithm, ticks at powers of ten. */
    LOG10,
    /** By their logarithm, ticks at powers of two. */
    LOG2
  }

  /** A linear axis that fits its data. */
  public static Axis linear(String label) {
    return new Axis(label, Scale.LINEAR, Double.NaN, Double.NaN);
  }

  /** A logarithmic axis that fits its data. */
  public static Axis log10(String label) {
    return new Axis(label, Scale.LOG10, Double.NaN, Double.NaN);
  }

  /** A logarithmic axis with ticks at powers of two that fits its data. */
  public static Axis log2(String label) {
    return new Axis(label, Scale.LOG2, Double.NaN, Double.NaN);
  }

  /** The same axis from {@code low} to {@code high}. */
  public Axis between(double low, double high) {
    return new Axis(label, scale, low, high);
  }
}
