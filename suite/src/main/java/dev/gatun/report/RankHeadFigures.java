package dev.gatun.report;

import dev.gatun.report.chart.Axis;
import dev.gatun.report.chart.Chart;
import dev.gatun.report.chart.Ink;
import dev.gatun.report.chart.LineStyle;
import dev.gatun.report.chart.Marker;
import dev.gatun.report.chart.Point;
import dev.gatun.report.chart.Series;
import dev.gatun.results.Metric;
import dev.gatun.results.Run;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** B5: what heads of lower rank lose, in loss and in accuracy, and the rates they chose. */
final class RankHeadFigures implements FigureSource {
  private static final String LOSS = "validation_loss";
  private static final String ACCURACY = "validation_accuracy";
  private static final String SCALED = "rank";
  private static final String NORMAL = "normal-rank";
  private static final String X = "rank over width, r/D";
  private static final List<Marker> OPEN = List.of(Marker.RING, Marker.OPEN_DIAMOND, Marker.DOT);

  private static final String LOSS_CAPTION =
      "Held-out loss of heads trained side by side on the same hidden states, each at the rate that"
          + " was best for its rank on other text, over the loss of the head of rank D that was"
          + " trained like it. Means over paired seeds, whiskers Student's 95 % intervals. Control:"
          + " the model's own head cut down to the rank by its singular values and not trained,"
          + " over that head uncut. Dotted: read off figure 6 of arXiv 2404.07647.";

  private final PublishedPoints published;

  RankHeadFigures(PublishedPoints published) {
    this.published = published;
  }

  @Override
  public String claim() {
    return "B5";
  }

  @Override
  public String subject() {
    return "losses of heads of several ranks on one backbone (metrics rank and validation_loss)";
  }

  @Override
  public List<Figure> figures(EvidenceIndex evidence) {
    List<Heads> scaled = heads(evidence, SCALED);
    List<Heads> normal = heads(evidence, NORMAL);
    if (scaled.isEmpty() && normal.isEmpty()) {
      return List.of();
    }
    List<Heads> cut = scaled.isEmpty() ? normal : scaled;
    var figures = new ArrayList<Figure>();
    figures.add(
        figure(
            "figure-rank-loss",
            "What a head of lower rank loses on a frozen backbone",
            LOSS_CAPTION,
            "loss over that of rank D, in nats",
            series(scaled, normal, LOSS),
            paired(cut, "truncated_loss"),
            published.lossPenalties()));
    figures.add(
        figure(
            "figure-rank-accuracy",
            "The same in accuracy",
            "Top-1 accuracy less that of the head of rank D. Means over seeds, whiskers Student's"
                + " 95 % intervals. Dotted: read off figure 6 of arXiv 2404.07647.",
            "accuracy less that of rank D",
            series(scaled, normal, ACCURACY),
            paired(cut, "truncated_accuracy"),
            published.accuracyPenalties()));
    figures.add(rates(scaled, normal));
    return figures;
  }

  /** A rank, and the runs of its arm. */
  private record Heads(double rank, double share, List<Run> runs, EvidenceIndex evidence) {
    double last(Run run, String metric) {
      return evidence.metricsOf(run).stream()
          .filter(m -> m.name().equals(metric))
          .mapToDouble(Metric::value)
          .reduce((_, later) -> later)
          .orElse(Double.NaN);
    }

    Optional<Point> over(Heads widest, String metric) {
      List<Double> differences = new ArrayList<>();
      for (Run run : runs) {
        for (Run wide : widest.runs) {
          if (wide.seed() == run.seed()) {
            differences.add(last(run, metric) - widest.last(wide, metric));
          }
        }
      }
      return PairedLosses.interval(share, differences);
    }
  }

  private List<Heads> heads(EvidenceIndex evidence, String prefix) {
    var heads = new ArrayList<Heads>();
    for (Map.Entry<String, List<Run>> arm : evidence.armsWith(claim(), LOSS).entrySet()) {
      if (arm.getKey().matches(prefix + "\\d+")) {
        ToDoubleFunction<String> of =
            name -> evidence.last(arm.getValue(), name).map(Point::y).orElse(Double.NaN);
        heads.add(
            new Heads(
                of.applyAsDouble("rank"),
                of.applyAsDouble("rank_share"),
                arm.getValue(),
                evidence));
      }
    }
    heads.sort(Comparator.comparingDouble(Heads::rank));
    return heads;
  }

  private static List<Point> paired(List<Heads> heads, String metric) {
    return heads.stream().flatMap(h -> h.over(heads.getLast(), metric).stream()).toList();
  }

  private static List<Series> series(List<Heads> scaled, List<Heads> normal, String metric) {
    return List.of(
        new Series(
            "trained, logits begin at 1",
            Ink.FIRST,
            Marker.CIRCLE,
            LineStyle.SOLID,
            paired(scaled, metric)),
        new Series(
            "trained, entries N(0, 1)",
            Ink.SECOND,
            Marker.SQUARE,
            LineStyle.SOLID,
            paired(normal, metric)));
  }

  private static Figure figure(
      String id,
      String title,
      String caption,
      String y,
      List<Series> trained,
      List<Point> cut,
      Map<String, List<Point>> published) {
    var series = new ArrayList<>(trained);
    series.add(
        new Series(
            "cut, not trained (control)", Ink.REFERENCE, Marker.TRIANGLE, LineStyle.DASHED, cut));
    addPublished(series, published);
    series.removeIf(s -> s.points().isEmpty());
    return new Figure(id, title, caption, new Chart(Axis.log2(X), Axis.linear(y), series));
  }

  private static void addPublished(List<Series> series, Map<String, List<Point>> published) {
    int i = 0;
    for (Map.Entry<String, List<Point>> model : published.entrySet()) {
      Ink ink = Ink.ofSeries(2 + i);
      Marker marker = OPEN.get(i % OPEN.size());
      series.add(
          new Series(
              model.getKey() + ", published", ink, marker, LineStyle.DOTTED, model.getValue()));
      i++;
    }
  }

  /** Rates differ by factors: the mean is that of their logarithms. */
  private Figure rates(List<Heads> scaled, List<Heads> normal) {
    var series = new ArrayList<Series>();
    series.add(
        new Series("logits begin at 1", Ink.FIRST, Marker.CIRCLE, LineStyle.SOLID, chosen(scaled)));
    series.add(
        new Series("entries N(0, 1)", Ink.SECOND, Marker.SQUARE, LineStyle.SOLID, chosen(normal)));
    addPublished(series, published.learningRates());
    series.removeIf(s -> s.points().isEmpty());
    String caption =
        "The learning rate that was best on the half of the held-out text that is not reported:"
            + " geometric means over seeds, whiskers the range. The paper's fall with the rank. A"
            + " rate at the end of the grid may have its best beyond it. Open marks and dots: read"
            + " off figure 9 of arXiv 2404.07647.";
    return new Figure(
        "figure-rank-rate",
        "The learning rate chosen for each rank",
        caption,
        new Chart(Axis.log2(X), Axis.log10("learning rate"), series));
  }

  private static List<Point> chosen(List<Heads> heads) {
    var points = new ArrayList<Point>();
    for (Heads h : heads) {
      double[] rates =
          h.runs().stream().mapToDouble(r -> h.last(r, "chosen_rate")).sorted().toArray();
      double sum = 0;
      for (double rate : rates) {
        sum += Math.log(rate);
      }
      double mean = Math.exp(sum / rates.length);
      points.add(new Point(h.share(), mean, rates[0], rates[rates.length - 1]));
    }
    return points;
  }
}
