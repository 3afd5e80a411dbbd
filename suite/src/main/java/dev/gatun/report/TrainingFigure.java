package dev.gatun.report;

import dev.gatun.report.chart.Axis;
import dev.gatun.report.chart.Chart;
import dev.gatun.report.chart.Ink;
import dev.gatun.report.chart.LineStyle;
import dev.gatun.report.chart.Marker;
import dev.gatun.report.chart.Point;
import dev.gatun.report.chart.Series;
import dev.gatun.results.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A9: the destroyed norm over training, each arm beside its null. */
final class TrainingFigure implements FigureSource {
  private static final String METRIC = "destroyed_norm";

  @Override
  public String claim() {
    return "A9";
  }

  @Override
  public String subject() {
    return "destroyed norm over training (metric destroyed_norm at two steps or more)";
  }

  @Override
  public List<Figure> figures(EvidenceIndex evidence) {
    var series = new ArrayList<Series>();
    int i = 0;
    for (Map.Entry<String, List<Run>> arm : evidence.armsWith(claim(), METRIC).entrySet()) {
      List<Point> points = evidence.overSteps(arm.getValue(), METRIC);
      if (points.size() > 1) {
        List<Point> nulls = evidence.overSteps(arm.getValue(), "destroyed_norm_unrelated");
        series.add(nullSeries(points, nulls));
        series.add(
            new Series(arm.getKey(), Ink.ofSeries(i), Marker.ofSeries(i), LineStyle.SOLID, points));
        i++;
      }
    }
    series.removeIf(s -> s.points().isEmpty());
    if (series.isEmpty()) {
      return List.of();
    }
    var chart =
        new Chart(
            Axis.linear("training step"),
            Axis.linear("destroyed share of the gradient norm, r"),
            series);
    String caption =
        "The destroyed norm at checkpoints of the runs, each dashed line the null √(1 − D/V) of the"
            + " arm beside it. Whiskers: range over the seeds, or the measurement's own error.";
    return List.of(
        new Figure("figure-training", "What the head destroys, over training", caption, chart));
  }

  /** The null over the same steps: it does not change with training. */
  private static Series nullSeries(List<Point> measured, List<Point> nulls) {
    List<Point> points =
        nulls.isEmpty()
            ? List.of()
            : List.of(
                Point.of(measured.getFirst().x(), nulls.getFirst().y()),
                Point.of(measured.getLast().x(), nulls.getLast().y()));
    return new Series("null √(1 − D/V)", Ink.REFERENCE, Marker.NONE, LineStyle.DASHED, points);
  }
}
