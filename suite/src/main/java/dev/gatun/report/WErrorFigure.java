package dev.gatun.report;

import dev.gatun.report.chart.Axis;
import dev.gatun.report.chart.Chart;
import dev.gatun.report.chart.Chart.Vertical;
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
import java.util.Optional;

/** B8: what is lost at each rank, over the W-error of the head there. */
final class WErrorFigure implements FigureSource {
  private static final String GAP = "loss_gap";
  private static final double THRESHOLD = 0.6;

  private static final String CAPTION =
      "The loss of heads of each rank over that of rank D, over the W-error of the model's own head"
          + " at that rank; means over seeds, vertical whiskers the range. Control: that head cut"
          + " down and not trained. Null: the same losses over the W-error that a Gaussian head of"
          + " the same size has at that rank. Rings: Pythia-1b, read off figures 6 and 8 of arXiv"
          + " 2404.07647.";

  private final PublishedPoints published;

  WErrorFigure(PublishedPoints published) {
    this.published = published;
  }

  @Override
  public String claim() {
    return "B8";
  }

  @Override
  public String subject() {
    return "losses of heads of several ranks and W-errors (metrics loss_gap and w_error)";
  }

  @Override
  public List<Figure> figures(EvidenceIndex evidence) {
    List<Point> trained = points(evidence, "w_error", GAP);
    if (trained.isEmpty()) {
      return List.of();
    }
    var series = new ArrayList<Series>();
    series.add(
        new Series("trained at the rank", Ink.FIRST, Marker.CIRCLE, LineStyle.SOLID, trained));
    series.add(
        new Series(
            "cut, not trained (control)",
            Ink.SECOND,
            Marker.TRIANGLE,
            LineStyle.DASHED,
            points(evidence, "w_error", "loss_gap_truncated")));
    series.add(
        new Series(
            "at a random head's W-error (null)",
            Ink.REFERENCE,
            Marker.SQUARE,
            LineStyle.DOTTED,
            points(evidence, "w_error_random_head", GAP)));
    series.add(
        new Series(
            "Pythia-1b, published",
            Ink.THIRD,
            Marker.RING,
            LineStyle.DOTTED,
            published.lossGaps()));
    series.removeIf(s -> s.points().isEmpty());
    return List.of(
        new Figure(
            "figure-w-error",
            "What is lost, over the W-error of the head",
            CAPTION,
            new Chart(
                Axis.linear("W-error of the full head at the rank").between(0, 1),
                Axis.linear("loss over that of rank D, in nats"),
                series,
                List.of(),
                List.of(new Vertical("0.6", THRESHOLD)))));
  }

  private List<Point> points(EvidenceIndex evidence, String x, String y) {
    var points = new ArrayList<Point>();
    for (Map.Entry<String, List<Run>> arm : evidence.armsWith(claim(), GAP).entrySet()) {
      Optional<Point> at = evidence.last(arm.getValue(), x);
      Optional<Point> value = evidence.last(arm.getValue(), y);
      if (at.isPresent() && value.isPresent()) {
        Point gap = value.get();
        points.add(new Point(at.get().y(), gap.y(), gap.low(), gap.high()));
      }
    }
    points.sort(Comparator.comparingDouble(Point::x));
    return points;
  }
}
