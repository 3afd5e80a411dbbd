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
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import tools.jackson.databind.json.JsonMapper;

/** B6: W-error of next-token matrices over the dimension, the order and the corpus. */
final class NextTokenFigures implements FigureSource {
  private static final String CURVE = "w_error";
  private static final String PAPER_ARM = "n5";
  private static final String SHUFFLED = "shuffled-";
  private static final String ERROR = "W-error";

  private final PublishedPoints published;

  NextTokenFigures(PublishedPoints published) {
    this.published = published;
  }

  @Override
  public String claim() {
    return "B6";
  }

  @Override
  public String subject() {
    return "W-error over the dimension (metrics w_error@<d> of arm n5)";
  }

  @Override
  public List<Figure> figures(EvidenceIndex evidence) {
    Map<String, List<Run>> arms = evidence.armsWithCurve(claim(), CURVE);
    var figures = new ArrayList<Figure>();
    Optional.ofNullable(arms.get(PAPER_ARM))
        .ifPresent(text -> figures.add(beside(evidence, text, arms.get(SHUFFLED + PAPER_ARM))));
    orders(evidence, arms).ifPresent(figures::add);
    coverage(evidence, arms).ifPresent(figures::add);
    return figures;
  }

  private Figure beside(EvidenceIndex evidence, List<Run> text, List<Run> shuffled) {
    double vocabulary = vocabulary(text.getFirst());
    var series = new ArrayList<Series>();
    series.add(
        new Series(
            "paper, Llama-2's tokenizer (read off the figure)",
            Ink.THIRD,
            Marker.OPEN_DIAMOND,
            LineStyle.NONE,
            published.nextTokenErrors("Llama-2")));
    series.add(
        new Series(
            "paper, Pythia's tokenizer (read off the figure)",
            Ink.FOURTH,
            Marker.RING,
            LineStyle.NONE,
            published.nextTokenErrors("Pythia")));
    if (shuffled != null) {
      series.add(
          new Series(
              "the same tokens shuffled",
              Ink.REFERENCE,
              Marker.NONE,
              LineStyle.DASHED,
              overVocabulary(evidence, shuffled, vocabulary)));
    }
    series.add(
        new Series(
            String.format(Locale.ROOT, "5-grams here, V = %,.0f", vocabulary),
            Ink.FIRST,
            Marker.DOT,
            LineStyle.SOLID,
            overVocabulary(evidence, text, vocabulary)));
    String caption =
        "W-error(d), the share of the matrix' norm beyond its first d singular values, from its"
            + " exact spectrum, over d as a part of the vocabulary. The paper's points are of the"
            + " Pile, Wikitext and IMDb. Dashed: the same corpus with all its tokens shuffled,"
            + " which has no language left in it; only where the text's curve lies above is its"
            + " high dimension that of what follows what.";
    return new Figure(
        "figure-next-token-rank",
        "What a matrix of rank d leaves out of 5-gram distributions",
        caption,
        new Chart(
            Axis.linear("dimension over vocabulary, d/V").between(0, 1),
            Axis.linear(ERROR).between(0, 1),
            series));
  }

  private List<Point> overVocabulary(EvidenceIndex evidence, List<Run> arm, double vocabulary) {
    return evidence.curve(arm, CURVE).stream()
        .map(p -> new Point(p.x() / vocabulary, p.y(), p.low(), p.high()))
        .toList();
  }

  private static Optional<Figure> orders(EvidenceIndex evidence, Map<String, List<Run>> arms) {
    var series = new ArrayList<Series>();
    for (Map.Entry<String, List<Run>> arm : arms.entrySet()) {
      if (arm.getKey().matches("n\\d+")) {
        List<Point> points = spread(evidence.curve(arm.getValue(), CURVE));
        int i = series.size();
        series.add(
            new Series(
                "n = " + arm.getKey().substring(1),
                Ink.ofSeries(i),
                Marker.ofSeries(i),
                LineStyle.SOLID,
                points));
      }
    }
    if (series.size() < 2) {
      return Optional.empty();
    }
    String caption =
        "The same for contexts of n − 1 tokens of the whole corpus, over d itself. Longer contexts"
            + " are rarer, so that more rows are single tokens: the tail grows at first and then"
            + " hardly changes. n = 2 has one row per token and the fastest fall.";
    return Optional.of(
        new Figure(
            "figure-next-token-orders",
            "Contexts of one to five tokens",
            caption,
            new Chart(Axis.log2("dimension d"), Axis.linear(ERROR).between(0, 1), series)));
  }

  /** Points far enough apart on a logarithmic axis to be told from each other. */
  private static List<Point> spread(List<Point> points) {
    var some = new ArrayList<Point>();
    for (Point point : points) {
      if (point.x() > 0 && (some.isEmpty() || point.x() >= 1.4 * some.getLast().x())) {
        some.add(point);
      }
    }
    return some;
  }

  private static Optional<Figure> coverage(EvidenceIndex evidence, Map<String, List<Run>> arms) {
    List<Point> text = overTokens(evidence, arms, arm -> arm.startsWith(PAPER_ARM));
    List<Point> shuffled = overTokens(evidence, arms, arm -> arm.startsWith(SHUFFLED + PAPER_ARM));
    if (text.size() < 2) {
      return Optional.empty();
    }
    var series =
        List.of(
            new Series("text", Ink.FIRST, Marker.CIRCLE, LineStyle.SOLID, text),
            new Series("shuffled", Ink.REFERENCE, Marker.RING, LineStyle.DASHED, shuffled));
    String caption =
        "Dimensions at which the W-error of the 5-gram matrix is halved, over the size of the"
            + " corpus: it depends on how much of the language is covered, and so do the paper's"
            + " numbers, whose corpora are of other sizes. Whiskers: range over the shuffles.";
    return Optional.of(
        new Figure(
            "figure-next-token-coverage",
            "Corpora of growing size",
            caption,
            new Chart(
                Axis.log10("tokens of text"),
                Axis.linear("dimensions to halve the W-error"),
                series.stream().filter(s -> !s.points().isEmpty()).toList())));
  }

  private static List<Point> overTokens(
      EvidenceIndex evidence, Map<String, List<Run>> arms, Predicate<String> wanted) {
    var points = new ArrayList<Point>();
    arms.forEach((name, arm) -> {
      if (wanted.test(name)) {
        evidence
            .last(arm, "tokens")
            .ifPresent(tokens ->
                evidence
                    .last(arm, "half_dimension")
                    .ifPresent(half ->
                        points.add(new Point(tokens.y(), half.y(), half.low(), half.high()))));
      }
    });
    points.sort(Comparator.comparingDouble(Point::x));
    return points;
  }

  /** V, as the run's configuration has it. */
  private static double vocabulary(Run run) {
    return JsonMapper.shared()
        .readTree(run.configuration())
        .path("experiment")
        .path("vocabulary")
        .asDouble(Double.NaN);
  }
}
