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
import java.util.Optional;

/** A7: validation loss over tokens by the rank of the head, and what a wider head saves. */
final class HeadRankFigure implements FigureSource {
  private static final String LOSS = "validation_loss";
  private static final String FACTOR = "efficiency_factor";
  private static final String RANK = "rank";

  @Override
  public String claim() {
    return "A7";
  }

  @Override
  public String subject() {
    return "validation loss over tokens by rank (metrics validation_loss and tokens_per_step)";
  }

  @Override
  public List<Figure> figures(EvidenceIndex evidence) {
    var figures = new ArrayList<Figure>();
    losses(evidence).ifPresent(figures::add);
    factors(evidence).ifPresent(figures::add);
    return figures;
  }

  private Optional<Figure> losses(EvidenceIndex evidence) {
    var series = new ArrayList<Series>();
    for (Map.Entry<String, List<Run>> arm : evidence.armsWith(claim(), LOSS).entrySet()) {
      double tokens = evidence.last(arm.getValue(), "tokens_per_step").map(Point::y).orElse(1.0);
      List<Point> points =
          evidence.overSteps(arm.getValue(), LOSS).stream()
              .filter(p -> p.x() > 0)
              .map(p -> new Point(p.x() * tokens, p.y(), p.low(), p.high()))
              .toList();
      int i = series.size();
      boolean plain = arm.getKey().equals("full");
      series.add(
          new Series(
              plain ? "plain head" : name(arm.getKey()),
              Ink.ofSeries(i),
              Marker.ofSeries(i),
              plain ? LineStyle.DASHED : LineStyle.SOLID,
              points));
    }
    series.removeIf(s -> s.points().isEmpty());
    if (series.isEmpty()) {
      return Optional.empty();
    }
    String caption =
        "Cross-entropy on held-out windows over the tokens trained on, on one backbone. Each arm"
            + " has the learning rate that was best for it on other seeds. Points are means over"
            + " the seeds, whiskers their range.";
    return Optional.of(
        new Figure(
            "figure-head-rank",
            "Loss over tokens, by the rank of the head",
            caption,
            new Chart(Axis.log10("tokens"), Axis.linear("validation loss in nats"), series)));
  }

  private static String name(String arm) {
    return arm.startsWith(RANK) ? "W = A·B, r = " + arm.substring(RANK.length()) : arm + " head";
  }

  private Optional<Figure> factors(EvidenceIndex evidence) {
    var widest = new ArrayList<Point>();
    var plain = new ArrayList<Point>();
    for (Map.Entry<String, List<Run>> arm : evidence.armsWith(claim(), FACTOR).entrySet()) {
      if (!arm.getKey().contains("-over-" + RANK)) {
        continue;
      }
      double rank = evidence.last(arm.getValue(), "narrow_rank").map(Point::y).orElse(Double.NaN);
      List<Double> factors =
          arm.getValue().stream()
              .flatMap(run -> evidence.overSteps(List.of(run), FACTOR).stream())
              .map(Point::y)
              .toList();
      PairedLosses.interval(rank, factors)
          .ifPresent(arm.getKey().startsWith("full") ? plain::add : widest::add);
    }
    if (widest.isEmpty() && plain.isEmpty()) {
      return Optional.empty();
    }
    var series = new ArrayList<Series>();
    series.add(new Series("widest W = A·B", Ink.FIRST, Marker.CIRCLE, LineStyle.SOLID, widest));
    series.add(new Series("plain head", Ink.SECOND, Marker.SQUARE, LineStyle.DASHED, plain));
    series.removeIf(s -> s.points().isEmpty());
    String caption =
        "How many times fewer tokens the wider head needs to reach the final loss of the head of"
            + " rank r than that one needs, on straight lines between the evaluations of one seed."
            + " Whiskers: Student's 95 % interval over the seeds. A rank is missing where on some"
            + " seed the wider head never came down to that loss. The narrow run ends with its"
            + " learning rate decayed and the wide one is still at a high rate where it passes,"
            + " which lowers the factor.";
    return Optional.of(
        new Figure(
            "figure-efficiency-factor",
            "Tokens saved by a wider head",
            caption,
            new Chart(
                Axis.log2("rank r of the narrower head"),
                Axis.linear("tokens of the narrow run / tokens to its loss"),
                series)));
  }
}
