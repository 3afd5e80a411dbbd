package dev.gatun.report;

import dev.gatun.report.chart.Axis;
import dev.gatun.report.chart.Chart;
import dev.gatun.report.chart.Ink;
import dev.gatun.report.chart.LineStyle;
import dev.gatun.report.chart.Marker;
import dev.gatun.report.chart.Point;
import dev.gatun.report.chart.Series;
import dev.gatun.results.Run;
import dev.gatun.results.Verdict;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** A1: the destroyed norm against D/V, with the curve of an unrelated head. */
final class DestroyedNormFigure implements FigureSource {
  private static final String METRIC = "destroyed_norm";
  private static final String NULL = "destroyed_norm_unrelated";
  private static final int CURVE_POINTS = 120;

  private final List<Verdict> verdicts;
  private final PublishedPoints published;

  DestroyedNormFigure(List<Verdict> verdicts, PublishedPoints published) {
    this.verdicts = List.copyOf(verdicts);
    this.published = published;
  }

  @Override
  public String claim() {
    return "A1";
  }

  @Override
  public String subject() {
    return "destroyed norm against D/V (metrics destroyed_norm and destroyed_norm_unrelated)";
  }

  @Override
  public List<Figure> figures(EvidenceIndex evidence) {
    Collection<List<Run>> arms = evidence.armsButControlsWith(claim(), METRIC).values();
    List<Point> before = points(evidence, arms, false);
    List<Point> after = points(evidence, arms, true);
    if (before.isEmpty()) {
      return List.of();
    }
    List<Point> random = random(evidence, arms);
    var series = new ArrayList<Series>();
    series.add(publishedSeries());
    series.add(new Series("before training", Ink.FIRST, Marker.CIRCLE, LineStyle.NONE, before));
    if (!after.equals(before)) {
      series.add(new Series("after training", Ink.SECOND, Marker.SQUARE, LineStyle.NONE, after));
    }
    if (!random.isEmpty()) {
      series.add(new Series("random head", Ink.THIRD, Marker.RING, LineStyle.NONE, random));
    }
    double end = furthest(series);
    series.addFirst(curve(end));
    var x = Axis.linear("head width over vocabulary, D/V").between(0, end);
    var y = Axis.linear("destroyed share of the gradient norm, r");
    String caption =
        "Share of the logit gradient's Frobenius norm that lies outside the head's column space."
            + " Whiskers: range over the seeds, or the measurement's own error. The curve is what a"
            + " head unrelated to the gradient destroys.";
    return List.of(
        new Figure(
            "figure-destroyed-norm",
            "What the head destroys, by relative width",
            caption,
            new Chart(x, y, series, bands(), List.of())));
  }

  private static List<Point> points(
      EvidenceIndex evidence, Collection<List<Run>> arms, boolean last) {
    var points = new ArrayList<Point>();
    for (List<Run> arm : arms) {
      List<Point> overSteps = evidence.overSteps(arm, METRIC);
      Point p = last ? overSteps.getLast() : overSteps.getFirst();
      ratio(evidence, arm).ifPresent(x -> points.add(new Point(x, p.y(), p.low(), p.high())));
    }
    return points;
  }

  private static List<Point> random(EvidenceIndex evidence, Collection<List<Run>> arms) {
    var points = new ArrayList<Point>();
    for (List<Run> arm : arms) {
      Optional<Point> random = evidence.last(arm, "destroyed_norm_random_head");
      ratio(evidence, arm).ifPresent(x -> random.ifPresent(r -> points.add(Point.of(x, r.y()))));
    }
    return points;
  }

  /** D/V of an arm, from its null r₀ = √(1 − D/V). */
  private static Optional<Double> ratio(EvidenceIndex evidence, List<Run> arm) {
    return evidence.last(arm, NULL).map(r -> 1 - r.y() * r.y());
  }

  private Series publishedSeries() {
    return new Series(
        "paper (" + Grades.word(published.destroyedNormGrade()) + ")",
        Ink.FOURTH,
        Marker.OPEN_DIAMOND,
        LineStyle.NONE,
        published.destroyedNorms());
  }

  /** √(1 − D/V), from 0 to the end of the axis. */
  private static Series curve(double end) {
    List<Point> points =
        IntStream.rangeClosed(0, CURVE_POINTS)
            .mapToDouble(i -> end * i / CURVE_POINTS)
            .mapToObj(x -> Point.of(x, Math.sqrt(1 - x)))
            .toList();
    return new Series("√(1 − D/V)", Ink.REFERENCE, Marker.NONE, LineStyle.SOLID, points);
  }

  private static double furthest(List<Series> series) {
    return 1.1
        * series.stream().flatMap(s -> s.points().stream()).mapToDouble(Point::x).max().orElse(1);
  }

  /** The expected interval of the checks that count, if all of them have the same. */
  private List<Chart.Band> bands() {
    List<Chart.Band> bands =
        verdicts.stream()
            .filter(v -> v.claim().equals(claim()) && v.gates() && v.check().contains(METRIC))
            .filter(v -> Double.isFinite(v.expectedLow()) && Double.isFinite(v.expectedHigh()))
            .map(v -> new Chart.Band("expected", v.expectedLow(), v.expectedHigh()))
            .distinct()
            .toList();
    return bands.size() == 1 ? bands : List.of();
  }
}
