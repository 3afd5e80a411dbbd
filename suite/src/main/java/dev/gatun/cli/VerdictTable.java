package dev.gatun.cli;

import dev.gatun.results.CheckRole;
import dev.gatun.results.ClaimVerdict;
import dev.gatun.results.ExpectedCheck;
import dev.gatun.results.ExpectedClaim;
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

  /**
   * One row per check, below them the reason of each that was not reproduced, and last a row per
   * claim, with what is to be said against it.
   */
  void print(Console console) {
    console.table(
        List.of("claim", "check", "measured", "expected", "null", "verdict"),
        verdicts.stream().map(this::row).toList());
    List<Verdict> unlike = verdicts.stream().filter(VerdictTable::wantsReason).toList();
    if (!unlike.isEmpty()) {
      console.line("");
      unlike.forEach(
          v -> console.paragraph("%s %s: %s".formatted(v.claim(), v.check(), v.reason())));
    }
    console.line("");
    console.table(
        List.of("claim", "says", "verdict"), claims().stream().map(this::claimRow).toList());
  }

  /** What other tiers and devices are there for is no news. */
  private static boolean wantsReason(Verdict verdict) {
    return switch (verdict.outcome()) {
      case REPRODUCED -> false;
      case SKIPPED -> verdict.gates();
      case NOT_REPRODUCED, INCONCLUSIVE -> true;
    };
  }

  private List<ExpectedClaim> claims() {
    return expected.claims().stream()
        .filter(claim -> verdicts.stream().anyMatch(v -> v.claim().equals(claim.claim())))
        .toList();
  }

  private List<String> claimRow(ExpectedClaim claim) {
    ClaimVerdict verdict = ClaimVerdict.of(claim, verdicts);
    boolean reserved = verdict.outcome() == Outcome.REPRODUCED && !verdict.isReproducedInFull();
    String style = style(reserved ? Outcome.INCONCLUSIVE : verdict.outcome());
    String words = String.join("; ", verdict.reservations());
    return List.of(
        claim.claim(),
        claim.title(),
        "@|%s %s|@%s"
            .formatted(style, words(verdict.outcome()), words.isEmpty() ? "" : "; " + words));
  }

  /** As JSON values; what is not a finite number is null. */
  List<Map<String, Object>> asJson() {
    return verdicts.stream().map(VerdictTable::json).toList();
  }

  /** Of the claims, as JSON values. */
  List<Map<String, Object>> claimsAsJson() {
    return claims().stream().map(this::json).toList();
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
    ExpectedCheck check = check(verdict);
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

  private ExpectedCheck check(Verdict verdict) {
    return expected.of(verdict.claim()).check(verdict.check());
  }

  /** As written in the data files: without zeros that say nothing. */
  private static String bound(double value) {
    return NumberCell.of(value)
        .replaceFirst("(\\.\\d*?)0+(e|$)", "$1$2")
        .replaceFirst("\\.(e|$)", "$1");
  }

  private String styled(Verdict verdict) {
    CheckRole role = check(verdict).role();
    String beside =
        switch (role) {
          case CLAIM -> verdict.gates() ? "" : " (reported only)";
          case CAUSE -> " (the paper's cause)";
          case BEYOND_NULL -> " (against the null)";
        };
    return "@|%s %s|@%s".formatted(style(verdict.outcome()), words(verdict.outcome()), beside);
  }

  private static String style(Outcome outcome) {
    return switch (outcome) {
      case REPRODUCED -> "green";
      case NOT_REPRODUCED -> "red,bold";
      case INCONCLUSIVE -> "yellow";
      case SKIPPED -> "faint";
    };
  }

  private static String words(Outcome outcome) {
    return outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private Map<String, Object> json(ExpectedClaim claim) {
    ClaimVerdict verdict = ClaimVerdict.of(claim, verdicts);
    var json = new LinkedHashMap<String, Object>();
    json.put("claim", claim.claim());
    json.put("outcome", verdict.outcome());
    json.put("cause", verdict.cause());
    json.put("beyond_null", verdict.beyondNull());
    json.put("reservations", verdict.reservations());
    return json;
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
