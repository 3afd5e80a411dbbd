package dev.gatun.measure;

import java.util.Comparator;
import java.util.List;

/**
 * What a head of lower rank loses, over the W-error at that rank (B8).
 *
 * @param points by W-error
 */
public record GapCurve(List<Point> points) {
  /** The W-error at which the paper sees the fall: where curves are read, not what is judged. */
  public static final double THRESHOLD = 0.6;

  /** A loss gap in nats at a W-error. */
  public record Point(double wError, double gap) {}

  /** Puts the points in order. */
  public GapCurve {
    points = points.stream().sorted(Comparator.comparingDouble(Point::wError)).toList();
    if (points.isEmpty()) {
      throw new IllegalArgumentException("a curve of loss gaps needs at least one point");
    }
  }

  /** The point of the largest W-error. */
  public Point largest() {
    return points.getLast();
  }

  /** The gap at a W-error, on straight lines between the points; beyond them, the nearest's. */
  public double at(double wError) {
    Point before = points.getFirst();
    for (Point point : points) {
      if (point.wError() >= wError) {
        double width = point.wError() - before.wError();
        double share = width > 0 ? (wError - before.wError()) / width : 1;
        return before.gap() + share * (point.gap() - before.gap());
      }
      before = point;
    }
    return before.gap();
  }

  /**
   * How many times steeper the curve is beyond a W-error than before it: 1 for a straight line.
   * More than 1 says that it bends upwards, not that it does so there.
   */
  public double knee(double wError) {
    double here = at(wError);
    Point first = points.getFirst();
    Point last = largest();
    double before = (here - first.gap()) / (wError - first.wError());
    return (last.gap() - here) / (last.wError() - wError) / before;
  }
}
