package dev.gatun.cli;

import dev.gatun.results.ClaimVerdict;
import dev.gatun.results.ExpectedCheck;
import dev.gatun.results.ExpectedClaim;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Outcome;
import dev.gatun.results.Verdict;
import dev.gatun.results.Wording;
import java.util.List;

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
            .formatted(style, Wording.of(verdict.outcome()), words.isEmpty() ? "" : "; " + words));
  }

  /**
   * The verdict on a claim, as JSON.
   *
   * @param reservations what is to be said against it
   */
  record ClaimLine(
      String claim,
      Outcome outcome,
      Outcome cause,
      Outcome beyondNull,
      List<String> reservations) {}

  /** One of each claim. */
  List<ClaimLine> claimLines() {
    return claims().stream().map(this::claimLine).toList();
  }

  private ClaimLine claimLine(ExpectedClaim claim) {
    ClaimVerdict verdict = ClaimVerdict.of(claim, verdicts);
    return new ClaimLine(
        claim.claim(),
        verdict.outcome(),
        verdict.cause(),
        verdict.beyondNull(),
        verdict.reservations());
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
    ExpectedCheck check = check(verdict);
    return Wording.bounds(verdict, check.openLow(), check.openHigh(), VerdictTable::bound);
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
    String role = Wording.role(check(verdict).role(), verdict.gates());
    return "@|%s %s|@%s"
        .formatted(
            style(verdict.outcome()),
            Wording.of(verdict.outcome()),
            role.isEmpty() ? "" : " (" + role + ")");
  }

  private static String style(Outcome outcome) {
    return switch (outcome) {
      case REPRODUCED -> "green";
      case NOT_REPRODUCED -> "red,bold";
      case INCONCLUSIVE -> "yellow";
      case SKIPPED -> "faint";
    };
  }
}
