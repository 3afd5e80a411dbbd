package dev.gatun.report.chart;

/**
 * One point of a chart.
 *
 * @param low lower end of its interval; equal to y if it has none
 * @param high upper end
 */
public record Point(double x, double y, double low, double high) {

  /** A point without an interval. */
  public static Point of(double x, double y) {
    return new Point(x, y, y, y);
  }

  /** Whether the interval is more than the point. */
  public boolean hasInterval() {
    return low < high;
  }

  /** Whether it can be drawn at all. */
  public boolean isFinite() {
    return Double.isFinite(x) && Double.isFinite(y);
  }
}
