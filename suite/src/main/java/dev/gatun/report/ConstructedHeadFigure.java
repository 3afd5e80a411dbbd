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
import java.util.Comparator;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A8: top-1 accuracy of the head built by hand, over the vocabulary size. */
final class ConstructedHeadFigure implements FigureSource {
  private record Line(String metric, String name, Ink ink, Marker marker) {}

  private static final List<Line> LINES =
      List.of(
          new Line(
              "top1_accuracy_one_dimension", "D = 1 (control)", Ink.FOURTH, Marker.OPEN_DIAMOND),
          new Line("top1_accuracy_f32", "D = 2 in f32", Ink.SECOND, Marker.SQUARE),
          new Line("top1_accuracy", "D = 2 in f64", Ink.FIRST, Marker.CIRCLE));

  @Override
  public String claim() {
    return "A8";
  }

  @Override
  public String subject() {
    return "top-1 accuracy over V (metric top1_accuracy of runs whose configuration says the"
        + " vocabulary)";
  }

  @Override
  public List<Figure> figures(EvidenceIndex evidence) {
    List<Series> series =
        LINES.stream()
            .map(l ->
                new Series(l.name(), l.ink(), l.marker(), LineStyle.SOLID, points(evidence, l)))
            .filter(s -> !s.points().isEmpty())
            .toList();
    if (series.isEmpty()) {
      return List.of();
    }
    var chart =
        new Chart(
            Axis.log2("vocabulary size, V"),
            Axis.linear("top-1 accuracy").between(-0.03, 1.05),
            series);
    String caption =
        "Accuracy of the top-1 map with tokens placed on a circle by hand. Where f32 falls short"
            + " of f64, neighbours on the circle are closer than its precision.";
    return List.of(new Figure("figure-constructed-head", "Two dimensions suffice", caption, chart));
  }

  private List<Point> points(EvidenceIndex evidence, Line line) {
    var points = new ArrayList<Point>();
    for (Run run : evidence.runsOf(claim())) {
      double vocabulary = vocabulary(run);
      evidence
          .last(List.of(run), line.metric())
          .ifPresent(p -> points.add(Point.of(vocabulary, p.y())));
    }
    points.sort(Comparator.comparingDouble(Point::x));
    return points;
  }

  /** V as the run's configuration has it, NaN if it has none. */
  private static double vocabulary(Run run) {
    JsonNode configuration = JsonMapper.shared().readTree(run.configuration());
    return configuration.path("vocabulary").asDouble(Double.NaN);
  }
}
