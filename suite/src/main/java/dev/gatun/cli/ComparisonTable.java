package dev.gatun.cli;

import dev.gatun.results.Outcome;
import dev.gatun.results.Wording;
import dev.gatun.results.comparison.Agreement;
import dev.gatun.results.comparison.Comparison;
import dev.gatun.results.comparison.MetricComparison;
import dev.gatun.results.comparison.MetricComparison.Place;
import dev.gatun.results.comparison.OutcomeComparison;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** A comparison of two machines, for people and for machines. */
final class ComparisonTable {
  private final Comparison comparison;

  ComparisonTable(Comparison comparison) {
    this.comparison = comparison;
  }

  /** One row per metric, where it agrees least, and below them what does not agree and why. */
  void print(Console console) {
    console.line("");
    console.line(
        "@|bold %s against %s|@: %s"
            .formatted(comparison.other().name(), comparison.first().name(), tally()));
    console.table(
        List.of("claim", "metric", "at", "first", "other", "difference", "within", "verdict"),
        comparison.metrics().stream().map(ComparisonTable::row).toList());
    List<String> reasons = reasons();
    if (!reasons.isEmpty()) {
      console.line("");
      reasons.forEach(console::paragraph);
    }
  }

  private String tally() {
    return Arrays.stream(Agreement.values())
        .sorted(Comparator.reverseOrder())
        .filter(agreement -> count(agreement) > 0)
        .map(this::counted)
        .collect(Collectors.joining(", "));
  }

  private String counted(Agreement agreement) {
    long n = count(agreement);
    String verb =
        switch (agreement) {
          case AGREES -> n == 1 ? "metric agrees" : "metrics agree";
          case DIFFERS -> n == 1 ? "differs" : "differ";
          case INCONCLUSIVE, NOT_COMPARABLE -> Wording.of(agreement);
        };
    return n + " " + verb;
  }

  private long count(Agreement agreement) {
    return comparison.metrics().stream().filter(m -> m.agreement() == agreement).count();
  }

  private static List<String> row(MetricComparison metric) {
    Place worst = metric.worst();
    return List.of(
        metric.claim(),
        metric.metric(),
        worst.where(),
        NumberCell.of(worst.first().value()),
        NumberCell.of(worst.other().value()),
        NumberCell.of(worst.difference().value(), worst.difference().halfWidth()),
        tolerance(worst.bound()),
        styled(worst.agreement()));
  }

  private static String tolerance(double bound) {
    return Double.isNaN(bound) || bound == 0
        ? NumberCell.of(bound)
        : String.format(Locale.ROOT, "%.2g", bound);
  }

  /** Of the metrics that do not agree and of the checks whose outcome is another. */
  private List<String> reasons() {
    var reasons = new LinkedHashMap<String, List<String>>();
    for (MetricComparison metric : comparison.metrics()) {
      if (metric.agreement() != Agreement.AGREES) {
        reasons
            .computeIfAbsent(metric.worst().reason(), _ -> new ArrayList<>())
            .add(metric.claim() + " " + metric.metric());
      }
    }
    List<String> lines =
        new ArrayList<>(
            reasons.entrySet().stream()
                .map(e -> "%s: %s".formatted(e.getKey(), String.join(", ", e.getValue())))
                .toList());
    comparison.outcomes().stream()
        .filter(o -> o.first() != o.other())
        .forEach(o -> lines.add(describe(o)));
    return lines;
  }

  private static String describe(OutcomeComparison outcome) {
    return "outcome of %s %s%s: %s against %s"
        .formatted(
            outcome.claim(),
            outcome.check(),
            outcome.gates() ? "" : " (decides nothing)",
            Wording.of(outcome.first()),
            Wording.of(outcome.other()));
  }

  private static String styled(Agreement agreement) {
    String style =
        switch (agreement) {
          case AGREES -> "green";
          case DIFFERS -> "red,bold";
          case INCONCLUSIVE -> "yellow";
          case NOT_COMPARABLE -> "faint";
        };
    return "@|" + style + " " + Wording.of(agreement) + "|@";
  }

  /** The comparison as JSON. */
  record Line(
      String first,
      String other,
      Agreement agreement,
      List<MetricLine> metrics,
      List<OutcomeLine> outcomes) {}

  Line line() {
    return new Line(
        comparison.first().name(),
        comparison.other().name(),
        comparison.agreement(),
        comparison.metrics().stream().map(MetricLine::new).toList(),
        comparison.outcomes().stream().map(OutcomeLine::new).toList());
  }

  private record MetricLine(
      String claim,
      String metric,
      String steps,
      Optional<String> kind,
      Agreement agreement,
      String at,
      int places,
      double first,
      double firstHalfWidth,
      double other,
      double otherHalfWidth,
      double difference,
      double differenceHalfWidth,
      double tolerance,
      String unit,
      String reason) {
    MetricLine(MetricComparison metric) {
      Place worst = metric.worst();
      this(
          metric.claim(),
          metric.metric(),
          Wording.of(metric.steps()),
          metric.kind().map(Wording::of),
          worst.agreement(),
          worst.where(),
          metric.places().size(),
          worst.first().value(),
          worst.first().halfWidth(),
          worst.other().value(),
          worst.other().halfWidth(),
          worst.difference().value(),
          worst.difference().halfWidth(),
          worst.bound(),
          metric.unit(),
          worst.reason());
    }
  }

  private record OutcomeLine(
      String claim,
      String check,
      boolean gates,
      Outcome first,
      Outcome other,
      Agreement agreement) {
    OutcomeLine(OutcomeComparison outcome) {
      this(
          outcome.claim(),
          outcome.check(),
          outcome.gates(),
          outcome.first(),
          outcome.other(),
          outcome.agreement());
    }
  }
}
