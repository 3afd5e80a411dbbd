package dev.gatun.claims.theorem;

import java.util.ArrayList;
import java.util.List;

/** The slope of log y over log x by least squares. */
final class LogLogSlope {
  private record Point(double x, double y) {}

  private final List<Point> points = new ArrayList<>();

  /** Another point; both must be positive. */
  void add(double x, double y) {
    points.add(new Point(StrictMath.log(x), StrictMath.log(y)));
  }

  /** The slope; NaN below two points, or if one was not positive. */
  double slope() {
    double meanX = points.stream().mapToDouble(Point::x).average().orElse(Double.NaN);
    double meanY = points.stream().mapToDouble(Point::y).average().orElse(Double.NaN);
    double covariance = 0;
    double variance = 0;
    for (Point point : points) {
      covariance += (point.x - meanX) * (point.y - meanY);
      variance += (point.x - meanX) * (point.x - meanX);
    }
    return covariance / variance;
  }
}
