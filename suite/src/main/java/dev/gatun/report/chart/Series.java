package dev.gatun.report.chart;

import java.util.List;

/**
 * Points of one kind.
 *
 * @param name as the legend says it
 * @param labelAtEnd a few letters beside the last point, empty for none
 * @param points in the order in which a line joins them; those that are not finite are left out
 */
public record Series(
    String name, Ink ink, Marker marker, LineStyle line, String labelAtEnd, List<Point> points) {

  /** Keeps the points that are finite. */
  public Series {
    points = points.stream().filter(Point::isFinite).toList();
  }

  /** A series without a label at its end. */
  public Series(String name, Ink ink, Marker marker, LineStyle line, List<Point> points) {
    this(name, ink, marker, line, "", points);
  }

  /** A line with points, in the colour and shape of the i-th series. */
  public static Series line(String name, int i, List<Point> points) {
    return new Series(name, Ink.ofSeries(i), Marker.ofSeries(i), LineStyle.SOLID, points);
  }

  /** Whether any point has an interval. */
  public boolean hasIntervals() {
    return points.stream().anyMatch(Point::hasInterval);
  }
}
