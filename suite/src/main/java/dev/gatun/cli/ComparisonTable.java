package dev.gatun.cli;

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
import java.util.Map;
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
          case INCONCLUSIVE, NOT_COMPARABLE -> words(agreement);
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
            outcome.gates() ? "" : " (reported only)",
            words(outcome.first()),
            words(outcome.other()));
  }

  private static String words(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static String styled(Agreement agreement) {
    String style =
        switch (agreement) {
          case AGREES -> "green";
          case DIFFERS -> "red,bold";
          case INCONCLUSIVE -> "yellow";
          case NOT_COMPARABLE -> "faint";
        };
    return "@|" + style + " " + words(agreement) + "|@";
  }

  /** All of it; what is not a finite number is null. */
  Map<String, Object> json() {
    var json = new LinkedHashMap<String, Object>();
    json.put("first", comparison.first().name());
    json.put("other", comparison.other().name());
    json.put("agreement", comparison.agreement());
    json.put("metrics", comparison.metrics().stream().map(ComparisonTable::json).toList());
    json.put("outcomes", comparison.outcomes().stream().map(ComparisonTable::json).toList());
    return json;
  }

  private static Map<String, Object> json(MetricComparison metric) {
    Place worst = metric.worst();
    var json = new LinkedHashMap<String, Object>();
    json.put("claim", metric.claim());
    json.put("metric", metric.metric());
    json.put("steps", words(metric.steps()));
    json.put("kind", metric.kind().map(ComparisonTable::words).orElse(null));
    json.put("agreement", worst.agreement());
    json.put("at", worst.where());
    json.put("places", metric.places().size());
    json.put("first", Console.finite(worst.first().value()));
    json.put("first_half_width", Console.finite(worst.first().halfWidth()));
    json.put("other", Console.finite(worst.other().value()));
    json.put("other_half_width", Console.finite(worst.other().halfWidth()));
    json.put("difference", Console.finite(worst.difference().value()));
    json.put("difference_half_width", Console.finite(worst.difference().halfWidth()));
    json.put("tolerance", Console.finite(worst.bound()));
    json.put("unit", metric.unit());
    json.put("reason", worst.reason());
    return json;
  }

  private static Map<String, Object> json(OutcomeComparison outcome) {
    var json = new LinkedHashMap<String, Object>();
    json.put("claim", outcome.claim());
    json.put("check", outcome.check());
    json.put("gates", outcome.gates());
    json.put("first", outcome.first());
    json.put("other", outcome.other());
    json.put("agreement", outcome.agreement());
    return json;
  }
}
