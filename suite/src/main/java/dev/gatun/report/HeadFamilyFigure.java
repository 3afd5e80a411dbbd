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

/** H1: for every head and seed, the destroyed norm at its contexts over the rank across them. */
final class HeadFamilyFigure implements FigureSource {
  private static final String DESTROYED = "local_destroyed_norm";
  private static final String UNRELATED = "local_destroyed_norm_unrelated";
  private static final String RANK = "hidden_step_rank_over_width";

  @Override
  public String claim() {
    return "H1";
  }

  @Override
  public String subject() {
    return "destroyed norm over the rank of a step (metrics " + DESTROYED + " and " + RANK + ")";
  }

  @Override
  public List<Figure> figures(EvidenceIndex evidence) {
    var series = new ArrayList<Series>();
    int i = 0;
    for (Map.Entry<String, List<Run>> arm : evidence.armsWith(claim(), DESTROYED).entrySet()) {
      List<Point> points =
          arm.getValue().stream().flatMap(run -> last(evidence, run, DESTROYED).stream()).toList();
      series.add(
          new Series(arm.getKey(), Ink.ofSeries(i), Marker.ofSeries(i), LineStyle.NONE, points));
      i++;
    }
    series.removeIf(s -> s.points().isEmpty());
    if (series.isEmpty()) {
      return List.of();
    }
    series.addFirst(nulls(evidence));
    var chart =
        new Chart(
            Axis.linear("rank of a step over the contexts, in units of D"),
            Axis.linear("destroyed share of the gradient norm at each, r"),
            series);
    String caption =
        "A point is a run after training: across, the rank of what a step of all hidden states does"
            + " to the logits, which linear heads keep at D; upwards, what the head destroys of the"
            + " gradient at a context, by the Jacobian there. A higher rank would lower r if rank"
            + " over contexts were what lets the gradient through. Dashed: √(1 − rank/(V − 1)),"
            + " what Jacobians unrelated to the gradient destroy.";
    return List.of(
        new Figure("figure-heads", "What other heads destroy, and their rank", caption, chart));
  }

  /** What unrelated Jacobians destroy, from the lowest rank over contexts to the highest. */
  private Series nulls(EvidenceIndex evidence) {
    List<Point> points =
        evidence.armsWith(claim(), UNRELATED).values().stream()
            .flatMap(List::stream)
            .flatMap(run -> last(evidence, run, UNRELATED).stream())
            .sorted((a, b) -> Double.compare(a.x(), b.x()))
            .toList();
    double mean = points.stream().mapToDouble(Point::y).average().orElse(Double.NaN);
    List<Point> ends =
        points.isEmpty()
            ? List.of()
            : List.of(Point.of(points.getFirst().x(), mean), Point.of(points.getLast().x(), mean));
    return new Series("unrelated", Ink.REFERENCE, Marker.NONE, LineStyle.DASHED, ends);
  }

  /** A metric of a run at its last step, over the rank there. */
  private static List<Point> last(EvidenceIndex evidence, Run run, String metric) {
    var rank = evidence.last(List.of(run), RANK);
    var value = evidence.last(List.of(run), metric);
    return rank.isPresent() && value.isPresent()
        ? List.of(Point.of(rank.get().y(), value.get().y()))
        : List.of();
  }
}
