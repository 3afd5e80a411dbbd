package dev.gatun.cli;

import dev.gatun.results.Outcome;
import dev.gatun.results.Verdict;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Verdicts for people and for machines, and the exit code that they amount to. */
final class VerdictTable {
  private final List<Verdict> verdicts;

  VerdictTable(List<Verdict> verdicts) {
    this.verdicts = verdicts;
  }

  /** One row per check: measured, expected, null and outcome. */
  void print(Console console) {
    console.table(
        List.of("claim", "check", "measured", "expected", "null", "verdict", "why"),
        verdicts.stream().map(VerdictTable::row).toList());
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

  private static List<String> row(Verdict verdict) {
    return List.of(
        verdict.claim(),
        verdict.check(),
        measured(verdict),
        interval(verdict.expectedLow(), verdict.expectedHigh()),
        number(verdict.nullValue()),
        styled(verdict),
        verdict.reason());
  }

  private static String measured(Verdict verdict) {
    double halfWidth = (verdict.measuredHigh() - verdict.measuredLow()) / 2;
    return halfWidth > 0
        ? number(verdict.measured()) + " ± " + String.format(Locale.ROOT, "%.2g", halfWidth)
        : number(verdict.measured());
  }

  private static String interval(double low, double high) {
    if (low == high) {
      return number(low);
    }
    if (Double.isInfinite(high)) {
      return "≥ " + number(low);
    }
    return Double.isInfinite(low) ? "≤ " + number(high) : number(low) + " to " + number(high);
  }

  private static String number(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    boolean whole = value == Math.rint(value) && Math.abs(value) < 1e9;
    return String.format(Locale.ROOT, whole ? "%.0f" : "%.4g", value);
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
    json.put("measured", finite(verdict.measured()));
    json.put("measured_low", finite(verdict.measuredLow()));
    json.put("measured_high", finite(verdict.measuredHigh()));
    json.put("expected_low", finite(verdict.expectedLow()));
    json.put("expected_high", finite(verdict.expectedHigh()));
    json.put("unit", verdict.unit());
    json.put("null_value", finite(verdict.nullValue()));
    json.put("null_name", verdict.nullName());
    json.put("source", verdict.source());
    json.put("grade", verdict.grade());
    json.put("reason", verdict.reason());
    return json;
  }

  private static Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }
}
