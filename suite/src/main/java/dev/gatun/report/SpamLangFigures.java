package dev.gatun.report;

import dev.gatun.report.chart.Axis;
import dev.gatun.report.chart.Chart;
import dev.gatun.report.chart.Ink;
import dev.gatun.report.chart.LineStyle;
import dev.gatun.report.chart.Marker;
import dev.gatun.report.chart.Point;
import dev.gatun.report.chart.Series;
import dev.gatun.results.Run;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A6: accuracy over independent sequences per symbol, one curve per V; over the learning rate; over
 * the width.
 */
final class SpamLangFigures implements FigureSource {
  private static final String METRIC = "accuracy";
  private static final int CURVE_POINTS = 60;
  private static final Axis ACCURACY =
      Axis.linear("next-symbol accuracy over all V symbols").between(-0.03, 1.05);

  @Override
  public String claim() {
    return "A6";
  }

  @Override
  public String subject() {
    return "accuracy over sequences per symbol (metrics accuracy, sequences_per_symbol and"
        + " vocabulary of arms named as v512-seq4.88-rate0.003 or v512-batch128-rate0.003)";
  }

  /**
   * An arm at its last step.
   *
   * @param accuracy mean and range over the seeds; x is the number of steps
   */
  private record Arm(
      String name,
      double vocabulary,
      double coverage,
      double rate,
      double width,
      double length,
      Point accuracy) {
    static final Comparator<Arm> ORDER =
        Comparator.comparingDouble(Arm::coverage).thenComparingDouble(Arm::vocabulary);

    long batch() {
      return Math.round(coverage * vocabulary / accuracy.x());
    }

    boolean isTrainedAs(Arm other) {
      return batch() == other.batch()
          && length == other.length
          && accuracy.x() == other.accuracy.x();
    }

    /** Whether V, exposure and rate alone set it apart. */
    boolean isPlain() {
      return name.matches("v\\d+-(seq|batch)[0-9.]+-rate.+");
    }

    /** Whether batch and steps are those of all V, as in the paper. */
    boolean isOfEqualSteps() {
      return name.contains("-batch");
    }

    Point at(double x) {
      return new Point(x, accuracy.y(), accuracy.low(), accuracy.high());
    }

    String inWords() {
      String sequences =
          BigDecimal.valueOf(coverage)
              .round(new MathContext(3))
              .stripTrailingZeros()
              .toPlainString();
      return String.format(
          Locale.ROOT,
          "V = %,.0f, %s per symbol, batch %s × %.0f",
          vocabulary,
          sequences,
          batch(),
          length);
    }
  }

  @Override
  public List<Figure> figures(EvidenceIndex evidence) {
    List<Arm> arms =
        evidence.armsButControlsWith(claim(), METRIC).entrySet().stream()
            .flatMap(arm -> arm(evidence, arm.getKey(), arm.getValue()).stream())
            .sorted(Arm.ORDER)
            .toList();
    List<Arm> plain = arms.stream().filter(Arm::isPlain).toList();
    if (plain.isEmpty()) {
      return List.of();
    }
    return Stream.of(Optional.of(overCoverage(plain)), overRates(plain), overWidths(arms))
        .flatMap(Optional::stream)
        .toList();
  }

  private static Optional<Arm> arm(EvidenceIndex evidence, String name, List<Run> runs) {
    Optional<Point> vocabulary = evidence.last(runs, "vocabulary");
    Optional<Point> coverage = evidence.last(runs, "sequences_per_symbol");
    Optional<Point> rate = evidence.last(runs, "learning_rate");
    Optional<Point> width = evidence.last(runs, "width");
    Optional<Point> length = evidence.last(runs, "sequence_length");
    if (Stream.of(vocabulary, coverage, rate, width, length).anyMatch(Optional::isEmpty)) {
      return Optional.empty();
    }
    return Optional.of(
        new Arm(
            name,
            vocabulary.get().y(),
            coverage.get().y(),
            rate.get().y(),
            width.get().y(),
            length.get().y(),
            evidence.last(runs, METRIC).orElseThrow()));
  }

  private static Figure overCoverage(List<Arm> arms) {
    var series = new ArrayList<Series>();
    List<Arm> ofEqualSteps = arms.stream().filter(Arm::isOfEqualSteps).toList();
    List<Point> equalSteps =
        best(
            arms.stream().filter(arm -> ofEqualSteps.stream().anyMatch(arm::isTrainedAs)).toList(),
            Arm::vocabulary);
    series.add(memoriser(arms));
    var byVocabulary = new TreeMap<Double, List<Arm>>();
    arms.stream()
        .filter(arm -> !arm.isOfEqualSteps())
        .forEach(
            arm -> byVocabulary.computeIfAbsent(arm.vocabulary(), _ -> new ArrayList<>()).add(arm));
    int i = 0;
    for (var entry : byVocabulary.entrySet()) {
      String name = String.format(Locale.ROOT, "V = %,.0f", entry.getKey());
      List<Point> points = best(entry.getValue(), Arm::coverage);
      series.add(new Series(name, Ink.ofSeries(i), Marker.ofSeries(i), LineStyle.SOLID, points));
      i++;
    }
    series.add(
        new Series(
            "equal batch and steps, as in the paper: V falls to the right",
            Ink.ofSeries(i),
            Marker.RING,
            LineStyle.DASHED,
            equalSteps));
    series.removeIf(s -> s.points().isEmpty());
    String caption =
        "The best of the learning rates tried, mean and range over the seeds; accuracy is exact,"
            + " over all V sequences of the language. At equal batch and steps (dashed, sequences"
            + " as long as the paper's) a larger V is learned less, and its symbols are seen less."
            + " If V or D/V were what keeps it from being learned, the solid curves, of sequences"
            + " of one symbol, would lie apart; if lack of examples is, they coincide. Dotted: a"
            + " model that knows exactly the symbols that it has seen.";
    var chart = new Chart(Axis.log10("independent sequences per symbol"), ACCURACY, series);
    return new Figure("figure-spamlang-coverage", "Vocabulary or coverage?", caption, chart);
  }

  /** For each value of a key the arm of highest accuracy, by its coverage. */
  private static List<Point> best(List<Arm> arms, ToDoubleFunction<Arm> key) {
    var best = new TreeMap<Double, Arm>();
    for (Arm arm : arms) {
      best.merge(
          Math.rint(1e6 * key.applyAsDouble(arm)),
          arm,
          (a, b) -> a.accuracy().y() >= b.accuracy().y() ? a : b);
    }
    return best.values().stream()
        .map(arm -> arm.at(arm.coverage()))
        .sorted(Comparator.comparingDouble(Point::x))
        .toList();
  }

  /** 1 − exp(−c), the share of symbols that c·V uniform draws hit. */
  private static Series memoriser(List<Arm> arms) {
    var range = arms.stream().mapToDouble(Arm::coverage).summaryStatistics();
    double ratio = range.getMax() / range.getMin();
    List<Point> points =
        IntStream.rangeClosed(0, CURVE_POINTS)
            .mapToDouble(i -> range.getMin() * Math.pow(ratio, (double) i / CURVE_POINTS))
            .mapToObj(c -> Point.of(c, -Math.expm1(-c)))
            .toList();
    return new Series(
        "every seen symbol learned", Ink.REFERENCE, Marker.NONE, LineStyle.DOTTED, points);
  }

  /** One line for each V and exposure that was tried at several rates. */
  private static Optional<Figure> overRates(List<Arm> arms) {
    var lines = new LinkedHashMap<String, List<Arm>>();
    arms.forEach(arm -> lines.computeIfAbsent(arm.inWords(), _ -> new ArrayList<>()).add(arm));
    lines.values().removeIf(line -> line.size() < 2);
    var series = new ArrayList<Series>();
    lines.forEach((name, line) -> {
      int i = series.size();
      List<Point> points =
          line.stream()
              .sorted(Comparator.comparingDouble(Arm::rate))
              .map(arm -> arm.at(arm.rate()))
              .toList();
      series.add(new Series(name, Ink.ofSeries(i), Marker.ofSeries(i), LineStyle.SOLID, points));
    });
    String caption =
        "Accuracy after training at each learning rate tried, mean and range over the seeds.";
    return series.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Figure(
                "figure-spamlang-rates",
                "Over the learning rate",
                caption,
                new Chart(Axis.log10("peak learning rate"), ACCURACY, series)));
  }

  /** Arms of other widths, each V and exposure with the usual width's arm of the same rate. */
  private static Optional<Figure> overWidths(List<Arm> arms) {
    var lines = new LinkedHashMap<String, List<Arm>>();
    arms.stream()
        .filter(arm -> arm.name().matches("d\\d+-v.+"))
        .forEach(arm -> lines.computeIfAbsent(arm.inWords(), _ -> new ArrayList<>()).add(arm));
    var series = new ArrayList<Series>();
    lines.forEach((name, line) -> {
      int i = series.size();
      Arm first = line.getFirst();
      List<Point> points =
          Stream.concat(line.stream(), arms.stream().filter(arm -> isUsualBeside(first, arm)))
              .sorted(Comparator.comparingDouble(Arm::width))
              .map(arm -> arm.at(arm.width()))
              .toList();
      series.add(new Series(name, Ink.ofSeries(i), Marker.ofSeries(i), LineStyle.SOLID, points));
    });
    String caption =
        "Accuracy over the width at a fixed vocabulary, equal examples and one learning rate: mean"
            + " and range over the seeds. The width changes the rank of the head, and with it the"
            + " size of the model and of a step of its logits.";
    return series.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Figure(
                "figure-spamlang-widths",
                "Over the width",
                caption,
                new Chart(Axis.log2("width, D"), ACCURACY, series)));
  }

  private static boolean isUsualBeside(Arm other, Arm arm) {
    return arm.isPlain()
        && !arm.isOfEqualSteps()
        && arm.vocabulary() == other.vocabulary()
        && arm.rate() == other.rate()
        && arm.length() == other.length()
        && Math.abs(arm.coverage() - other.coverage()) < 1e-6 * other.coverage();
  }
}
