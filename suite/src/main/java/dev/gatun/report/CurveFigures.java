package dev.gatun.report;

import dev.gatun.report.chart.Ink;
import dev.gatun.report.chart.LineStyle;
import dev.gatun.report.chart.Marker;
import dev.gatun.report.chart.Point;
import dev.gatun.report.chart.Series;
import dev.gatun.results.Run;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What figures of curves share: curves are metrics that bear their place in their name. */
final class CurveFigures {
  private CurveFigures() {}

  /** The arm with the most runs among those that have a curve, the first of equals. */
  static Optional<Map.Entry<String, List<Run>>> largestArm(
      EvidenceIndex evidence, String claim, String curve) {
    return evidence.armsWithCurve(claim, curve).entrySet().stream()
        .max(Comparator.comparingInt(arm -> arm.getValue().size()));
  }

  /** A curve with markers, the colour and shape of the i-th series. */
  static Series data(String name, int i, List<Point> points) {
    return new Series(name, Ink.ofSeries(i), Marker.ofSeries(i), LineStyle.SOLID, points);
  }

  /** A null or control of the i-th series, in its colour. */
  static Series control(String name, int i, LineStyle line, List<Point> points) {
    return new Series(name, Ink.ofSeries(i), Marker.NONE, line, points);
  }

  /** As in {@code arm d64, mean of 5 seeds}. */
  static String arm(Map.Entry<String, List<Run>> arm) {
    int seeds = arm.getValue().size();
    return "arm %s, %s"
        .formatted(arm.getKey(), seeds == 1 ? "one seed" : "mean of " + seeds + " seeds");
  }
}
