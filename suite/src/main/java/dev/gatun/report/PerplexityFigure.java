package dev.gatun.report;

import dev.gatun.facts.PublishedModel;
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

/** B2: final over best perplexity by model size, and over training where that was recorded. */
final class PerplexityFigure implements FigureSource {
  private static final String RATIO = "final_over_best";
  private static final String PERPLEXITY = "perplexity";

  /** Checkpoints this many times worse than the best belong to the start of training. */
  private static final double MOST = 1.8;

  @Override
  public String claim() {
    return "B2";
  }

  @Override
  public String subject() {
    return "final over best perplexity (metric final_over_best, or perplexity by step)";
  }

  @Override
  public List<Figure> figures(EvidenceIndex evidence) {
    var figures = new ArrayList<Figure>();
    Map<String, List<Run>> ratios = evidence.armsWith(claim(), RATIO);
    if (ratios.keySet().stream().anyMatch(arm -> parameters(arm) > 0)) {
      figures.add(bySize(evidence, ratios));
    }
    Map<String, List<Run>> curves = evidence.armsWith(claim(), PERPLEXITY);
    if (!curves.isEmpty()) {
      figures.add(overTraining(evidence, curves));
    }
    return figures;
  }

  private static Figure bySize(EvidenceIndex evidence, Map<String, List<Run>> arms) {
    var models = new ArrayList<Point>();
    var twins = new ArrayList<Point>();
    var nulls = new ArrayList<Point>();
    for (Map.Entry<String, List<Run>> arm : arms.entrySet()) {
      double size = parameters(arm.getKey());
      boolean twin = arm.getKey().contains("dedup");
      evidence
          .last(arm.getValue(), RATIO)
          .map(p -> bootstrapped(evidence, arm.getValue(), at(size, p)))
          .ifPresent((twin ? twins : models)::add);
      evidence.last(arm.getValue(), RATIO + "_null").ifPresent(p -> nulls.add(at(size, p)));
    }
    nulls.sort(Comparator.comparingDouble(Point::x));
    var series = new ArrayList<Series>();
    series.add(
        new Series("null: flat, noisy", Ink.REFERENCE, Marker.NONE, LineStyle.DASHED, nulls));
    series.add(
        new Series("deduplicated twin", Ink.SECOND, Marker.OPEN_DIAMOND, LineStyle.NONE, twins));
    series.add(new Series("Pythia", Ink.FIRST, Marker.CIRCLE, LineStyle.NONE, models));
    series.removeIf(s -> s.points().isEmpty());
    String caption =
        "Perplexity of the final checkpoint over that of the best one, from published evaluations."
            + " The best of many checkpoints is biased low, and their ratio therefore high; the"
            + " dashed null is that bias alone. Whiskers: 95 % intervals of a bootstrap over the"
            + " published standard errors, in which the best checkpoint is looked for anew each"
            + " time and the bias is taken back, so that a point without any decline lies at its"
            + " interval's upper end. Errors of one model's checkpoints are taken as independent"
            + " though they are measured on the same passages, which makes the intervals too wide."
            + " The deduplicated twin is the only second training of a model whose evaluations are"
            + " published: no other seeds are.";
    return new Figure(
        "figure-perplexity-ratio",
        "Late training, by model size",
        caption,
        new Chart(Axis.log10("parameters"), Axis.linear("final / best perplexity"), series));
  }

  private static double parameters(String arm) {
    return PublishedModel.of(arm).map(PublishedModel::parameters).orElse(Double.NaN);
  }

  /** With the ends of the bootstrap's interval, where they are recorded. */
  private static Point bootstrapped(EvidenceIndex evidence, List<Run> runs, Point p) {
    double low = evidence.last(runs, RATIO + "_low").map(Point::y).orElse(p.low());
    double high = evidence.last(runs, RATIO + "_high").map(Point::y).orElse(p.high());
    return new Point(p.x(), p.y(), low, high);
  }

  private static Point at(double x, Point p) {
    return new Point(x, p.y(), p.low(), p.high());
  }

  private static Figure overTraining(EvidenceIndex evidence, Map<String, List<Run>> arms) {
    var series = new ArrayList<Series>();
    int i = 0;
    for (Map.Entry<String, List<Run>> arm : arms.entrySet()) {
      List<Point> points = relative(evidence.overSteps(arm.getValue(), PERPLEXITY));
      series.add(
          new Series(arm.getKey(), Ink.ofSeries(i), Marker.ofSeries(i), LineStyle.SOLID, points));
      i++;
    }
    String caption =
        "Published perplexity of every checkpoint over the model's best one: 1 is the best, the"
            + " last point is the final one.";
    return new Figure(
        "figure-perplexity",
        "Perplexity over training",
        caption,
        new Chart(Axis.linear("training step"), Axis.linear("perplexity / best"), series));
  }

  private static List<Point> relative(List<Point> points) {
    double best = points.stream().mapToDouble(Point::y).min().orElse(Double.NaN);
    return points.stream()
        .filter(p -> p.y() <= MOST * best)
        .map(p -> new Point(p.x(), p.y() / best, p.low() / best, p.high() / best))
        .toList();
  }
}
