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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** H1: what A4, A6 and A7 measure, one curve for each head. */
final class HeadComparisonFigures implements FigureSource {
  private static final String LOSS = "validation_loss";
  private static final String RANK = "gradient_rank_of";
  private static final String TARGETS = "targets_rank_of";
  private static final String ACCURACY = "accuracy";
  private static final Pattern COVERAGE_ARM = Pattern.compile("(.+)-seq[0-9.]+");

  @Override
  public String claim() {
    return "H1";
  }

  @Override
  public String subject() {
    return "loss over tokens, rank of batches or accuracy by head (metrics "
        + LOSS
        + ", "
        + RANK
        + "@<contexts> and "
        + ACCURACY
        + ")";
  }

  @Override
  public List<Figure> figures(EvidenceIndex evidence) {
    return Stream.of(losses(evidence), ranks(evidence), accuracies(evidence))
        .flatMap(Optional::stream)
        .toList();
  }

  private Optional<Figure> losses(EvidenceIndex evidence) {
    var curves = new LinkedHashMap<String, List<Point>>();
    for (Map.Entry<String, List<Run>> arm : evidence.armsWith(claim(), LOSS).entrySet()) {
      double tokens = evidence.last(arm.getValue(), "tokens_per_step").map(Point::y).orElse(1.0);
      curves.put(
          arm.getKey(),
          evidence.overSteps(arm.getValue(), LOSS).stream()
              .filter(p -> p.x() > 0)
              .map(p -> new Point(p.x() * tokens, p.y(), p.low(), p.high()))
              .toList());
    }
    String caption =
        "A7's question: cross-entropy on held-out windows over the tokens trained on, one backbone"
            + " and width, each head at the learning rate that was best for it on other seeds."
            + " Points are means over the seeds, whiskers their range. Whether what a head gains"
            + " comes of destroying less of the gradient, no_head_lets_more_through tells.";
    return figure(
        "figure-heads-loss",
        "Does another head learn faster?",
        caption,
        Axis.log10("tokens"),
        Axis.linear("held-out loss in nats"),
        series(curves));
  }

  private Optional<Figure> ranks(EvidenceIndex evidence) {
    var curves = new LinkedHashMap<String, List<Point>>();
    evidence
        .armsWithCurve(claim(), RANK)
        .forEach((arm, runs) -> curves.put(arm, evidence.curve(runs, RANK)));
    List<Series> series = series(curves);
    evidence.armsWithCurve(claim(), TARGETS).values().stream()
        .findFirst()
        .ifPresent(runs ->
            series.addFirst(
                new Series(
                    "targets alone",
                    Ink.REFERENCE,
                    Marker.NONE,
                    LineStyle.DOTTED,
                    evidence.curve(runs, TARGETS))));
    String caption =
        "A4's question: singular values of G above their error bound, after training, by batch;"
            + " means over the seeds, whiskers their range. Dotted: the same of the targets alone,"
            + " −Y, which are equal for all heads. What lies above is what P adds, more the better"
            + " a model has learned.";
    return figure(
        "figure-heads-rank",
        "Rank of the gradient, by batch and head",
        caption,
        Axis.log2("contexts in the batch, N"),
        Axis.linear("rank of G"),
        series);
  }

  private Optional<Figure> accuracies(EvidenceIndex evidence) {
    var curves = new LinkedHashMap<String, List<Point>>();
    for (Map.Entry<String, List<Run>> arm : evidence.armsWith(claim(), ACCURACY).entrySet()) {
      Matcher name = COVERAGE_ARM.matcher(arm.getKey());
      Optional<Point> coverage = evidence.last(arm.getValue(), "sequences_per_symbol");
      if (name.matches() && coverage.isPresent()) {
        Point p = evidence.last(arm.getValue(), ACCURACY).orElseThrow();
        curves
            .computeIfAbsent(name.group(1), _ -> new ArrayList<>())
            .add(new Point(coverage.get().y(), p.y(), p.low(), p.high()));
      }
    }
    String caption =
        "A6's question: accuracy over all symbols of SpamLang after training on so many independent"
            + " sequences of each, one vocabulary and width, each head at the rate that was best"
            + " for it on another seed; mean and range over the seeds. A head that made up for"
            + " missing examples would lie high on the left.";
    return figure(
        "figure-heads-spamlang",
        "Does another head need fewer examples?",
        caption,
        Axis.log10("independent sequences per symbol"),
        Axis.linear("next-symbol accuracy over all V symbols").between(-0.03, 1.05),
        series(curves));
  }

  private static List<Series> series(Map<String, List<Point>> curves) {
    var series = new ArrayList<Series>();
    curves.forEach((name, points) -> {
      int i = series.size();
      LineStyle line = i == 0 ? LineStyle.DASHED : LineStyle.SOLID;
      series.add(new Series(name, Ink.ofSeries(i), Marker.ofSeries(i), line, points));
    });
    series.removeIf(s -> s.points().isEmpty());
    return series;
  }

  private static Optional<Figure> figure(
      String id, String title, String caption, Axis x, Axis y, List<Series> series) {
    return series.isEmpty()
        ? Optional.empty()
        : Optional.of(new Figure(id, title, caption, new Chart(x, y, series)));
  }
}
