package dev.gatun.report;

import dev.gatun.report.chart.Point;
import java.util.ArrayList;
import java.util.List;

/** Singular values as points of a chart with logarithmic axes. */
final class SpectrumPoints {
  private static final int SAMPLES = 140;
  private static final double FLOOR = 1e-12;

  private SpectrumPoints() {}

  /** Relative to the largest, over the index from 1, evenly spaced by its logarithm. */
  static List<Point> of(double... values) {
    var points = new ArrayList<Point>();
    int before = 0;
    for (int k = 0; k < SAMPLES && values.length > 0 && values[0] > 0; k++) {
      int i = (int) Math.round(Math.exp(Math.log(values.length) * k / (SAMPLES - 1)));
      if (i > before && values[i - 1] / values[0] > FLOOR) {
        points.add(Point.of(i, values[i - 1] / values[0]));
      }
      before = Math.max(before, i);
    }
    return points;
  }
}
