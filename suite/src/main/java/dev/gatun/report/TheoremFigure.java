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
import java.util.Map;

/** B7: the loss of the best heads of rank d over the norm of the singular values that they lack. */
final class TheoremFigure implements FigureSource {
  private static final String CAPTION =
      "Claim: the best head of rank d loses O(√Σ_{i>d} σᵢ²) over the ideal one (theorem 5.3 of"
          + " arXiv 2404.07647, which has no such figure). Evidence: for synthetic ideal heads"
          + " whose singular values are equal or fall as i to the power of −0.5, −1 and −2, the gap"
          + " of the best head of every rank d that a minimisation finds, in f64; means over seeds."
          + " Control, dotted: the truncated head from which it starts, for the flat spectrum and"
          + " the steepest. What follows: the bound holds at every d and with much to spare, and"
          + " near d → V the gap falls at least as the square of the tail norm, as the gradient of"
          + " the loss is zero at the ideal head. What does not: that a real model's loss can be"
          + " read off its spectrum. The ideal head of text is not known, contexts here are"
          + " isotropic, and the bound lies a factor of 70 and more above the gap.";

  @Override
  public String claim() {
    return "B7";
  }

  @Override
  public String subject() {
    return "loss gaps of heads of several ranks (metrics gap@d and tail_norm@d)";
  }

  @Override
  public List<Figure> figures(EvidenceIndex evidence) {
    var series = new ArrayList<Series>();
    Map<String, List<Run>> arms = evidence.armsWithCurve(claim(), "gap");
    int i = 0;
    for (Map.Entry<String, List<Run>> arm : arms.entrySet()) {
      series.add(
          new Series(
              arm.getKey(),
              Ink.ofSeries(i),
              Marker.ofSeries(i),
              LineStyle.SOLID,
              overTail(evidence, arm.getValue(), "gap")));
      if (i == 0 || i == arms.size() - 1) {
        series.add(
            new Series(
                arm.getKey() + ", truncated",
                Ink.ofSeries(i),
                Marker.NONE,
                LineStyle.DOTTED,
                overTail(evidence, arm.getValue(), "gap_of_truncated")));
      }
      i++;
    }
    if (series.isEmpty()) {
      return List.of();
    }
    List<Run> last = arms.values().stream().toList().getLast();
    series.add(reference("bound", evidence, last, "bound", LineStyle.DASHED));
    series.add(reference("second order", evidence, last, "second_order_bound", LineStyle.DOTTED));
    return List.of(
        new Figure(
            "figure-theorem",
            "What the best head of rank d loses over the ideal one",
            CAPTION,
            new Chart(
                Axis.log10("norm of the singular values beyond d"),
                Axis.log10("loss over the ideal head's, in nats"),
                series)));
  }

  private static Series reference(
      String name, EvidenceIndex evidence, List<Run> arm, String curve, LineStyle line) {
    return new Series(name, Ink.REFERENCE, Marker.NONE, line, overTail(evidence, arm, curve));
  }

  /** A curve over d, drawn over the tail norm at d. */
  private static List<Point> overTail(EvidenceIndex evidence, List<Run> arm, String curve) {
    List<Point> tails = evidence.curve(arm, "tail_norm");
    List<Point> values = evidence.curve(arm, curve);
    var points = new ArrayList<Point>();
    for (int i = 0; i < Math.min(tails.size(), values.size()); i++) {
      Point value = values.get(i);
      points.add(new Point(tails.get(i).y(), value.y(), value.low(), value.high()));
    }
    points.sort(Comparator.comparingDouble(Point::x));
    return points;
  }
}
