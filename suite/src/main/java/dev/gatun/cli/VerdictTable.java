package dev.gatun.cli;

import dev.gatun.results.ExpectedCheck;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Outcome;
import dev.gatun.results.Verdict;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Verdicts for people and for machines, and the exit code that they amount to. */
final class VerdictTable {
  private final List<Verdict> verdicts;
  private final ExpectedValues expected;

  /**
   * Of verdicts and the values that they were judged by.
   *
   * @param expected knows which bounds do not themselves reproduce
   */
  VerdictTable(List<Verdict> verdicts, ExpectedValues expected) {
    this.verdicts = verdicts;
    this.expected = expected;
  }

  /** One row per check, and below them the reason of each that was not reproduced. */
  void print(Console console) {
    console.table(
        List.of("claim", "check", "measured", "expected", "null", "verdict"),
        verdicts.stream().map(this::row).toList());
    List<Verdict> unlike =
        verdicts.stream().filter(v -> v.outcome() != Outcome.REPRODUCED).toList();
    if (!unlike.isEmpty()) {
      console.line("");
      unlike.forEach(
          v -> console.paragraph("%s %s: %s".formatted(v.claim(), v.check(), v.reason())));
    }
  }

  /** As JSON values; what is not a finite number is null. */
  List<Map<String, Object>> asJson() {
    return verdicts.stream().map(VerdictTable::json).toList();
  }

  /** 1 if a claim was not reproduced, else 0: undecided and skipped claims are no failures. */
  int exitCode() {
    boolean failed =
        verdicts.stream().anyMatch(v -> v.gates() && v.outcome() == Outcome.NOT_REPRODUCED);
    return failed ? Gatun.CLAIM_FAILED : 0;
  }

  private List<String> row(Verdict verdict) {
    return List.of(
        verdict.claim(),
        verdict.check(),
        NumberCell.of(verdict.measured(), (verdict.measuredHigh() - verdict.measuredLow()) / 2),
        interval(verdict),
        NumberCell.of(verdict.nullValue()),
        styled(verdict));
  }

  private String interval(Verdict verdict) {
    double low = verdict.expectedLow();
    double high = verdict.expectedHigh();
    ExpectedCheck check =
        expected.of(verdict.claim()).checks().stream()
            .filter(c -> c.id().equals(verdict.check()))
            .findFirst()
            .orElseThrow();
    if (low == high) {
      return bound(low);
    }
    if (Double.isInfinite(high)) {
      return (check.openLow() ? "> " : "≥ ") + bound(low);
    }
    return Double.isInfinite(low)
        ? (check.openHigh() ? "< " : "≤ ") + bound(high)
        : bound(low) + (check.openHigh() ? " to below " : " to ") + bound(high);
  }

  /** As written in the data files: without zeros that say nothing. */
  private static String bound(double value) {
    return NumberCell.of(value)
        .replaceFirst("(\\.\\d*?)0+(e|$)", "$1$2")
        .replaceFirst("\\.(e|$)", "$1");
  }

  private static String styled(Verdict verdict) {
    String style =
        switch (verdict.outcome()) {
          case REPRODUCED -> "green";
          case NOT_REPRODUCED -> "red,bold";
          case INCONCLUSIVE -> "yellow";
          case SKIPPED -> "faint";
        };
    String words = verdict.outcome().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return "@|" + style + " " + words + "|@" + (verdict.gates() ? "" : " (reported only)");
  }

  private static Map<String, Object> json(Verdict verdict) {
    var json = new LinkedHashMap<String, Object>();
    json.put("claim", verdict.claim());
    json.put("check", verdict.check());
    json.put("outcome", verdict.outcome());
    json.put("gates", verdict.gates());
    json.put("measured", Console.finite(verdict.measured()));
    json.put("measured_low", Console.finite(verdict.measuredLow()));
    json.put("measured_high", Console.finite(verdict.measuredHigh()));
    json.put("expected_low", Console.finite(verdict.expectedLow()));
    json.put("expected_high", Console.finite(verdict.expectedHigh()));
    json.put("unit", verdict.unit());
    json.put("null_value", Console.finite(verdict.nullValue()));
    json.put("null_name", verdict.nullName());
    json.put("source", verdict.source());
    json.put("grade", verdict.grade());
    json.put("reason", verdict.reason());
    return json;
  }
}
