package dev.gatun.cli;

import dev.gatun.results.ClaimVerdict;
import dev.gatun.results.ExpectedCheck;
import dev.gatun.results.ExpectedClaim;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Outcome;
import dev.gatun.results.Verdict;
import dev.gatun.results.Wording;
import dev.gatun.results.comparison.Regression;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Verdicts for people and for machines, and the exit code that they amount to. */
final class VerdictTable {
  private static final int WIDEST_REASON = 75;
  private static final String DECIDES = "would decide it";

  private final List<Verdict> verdicts;
  private final ExpectedValues expected;
  private final List<Regression> regressions;

  /**
   * Of verdicts and the values that they were judged by.
   *
   * @param expected knows which bounds themselves lie outside, and the recorded verdicts
   * @param regressions the metrics beside those of stored evidence
   */
  VerdictTable(List<Verdict> verdicts, ExpectedValues expected, List<Regression> regressions) {
    this.verdicts = verdicts;
    this.expected = expected;
    this.regressions = regressions;
  }

  /**
   * A row per claim with what decided it, grouped by verdict; then how many have which, what is not
   * as recorded, and whether the metrics are as before.
   */
  void printSummary(Console console) {
    console.table(
        List.of(),
        claims().stream()
            .sorted(Comparator.comparing(this::outcome).reversed())
            .map(claim -> List.of(claim.claim(), styled(outcome(claim)), shortened(why(claim))))
            .toList());
    console.line("");
    console.line(counts());
    notes().forEach(console::paragraph);
  }

  private Outcome outcome(ExpectedClaim claim) {
    return ClaimVerdict.of(claim, verdicts).outcome();
  }

  /** Cut to the widest length, but behind the words on what would decide it. */
  private static String shortened(String reason) {
    int decided = reason.contains(DECIDES) ? reason.indexOf(DECIDES) + DECIDES.length() : 0;
    int end = Math.max(decided, WIDEST_REASON - 1);
    return reason.length() <= end + 1 ? reason : reason.substring(0, end).stripTrailing() + "…";
  }

  /** The title of a claim that came out inside its bounds; else the value that decided it. */
  private String why(ExpectedClaim claim) {
    Outcome outcome = outcome(claim);
    if (outcome == Outcome.UNDECIDED && needs(claim).isPresent()) {
      return "needs " + ClaimVerdict.of(claim, verdicts).needs();
    }
    Optional<Verdict> deciding =
        verdicts.stream()
            .filter(v -> v.claim().equals(claim.claim()) && v.gates() && v.outcome() == outcome)
            .findFirst();
    return switch (outcome) {
      case AS_ITS_NULL ->
          deciding
              .map(v ->
                  "%s: %s; its null: %s"
                      .formatted(
                          claim.title(), NumberCell.of(v.measured()), NumberCell.of(v.nullValue())))
              .orElse(claim.title());
      case NOT_REPRODUCED ->
          deciding
              .map(v ->
                  "%s: %s, expected %s"
                      .formatted(v.check(), NumberCell.of(v.measured()), interval(v)))
              .orElse(claim.title());
      case UNDECIDED, SKIPPED ->
          deciding
              .map(v -> "%s: %s".formatted(v.check(), decidingFirst(v.reason())))
              .orElse(claim.title());
      case REPRODUCED, RECOMPUTED, HOLDS -> claim.title();
    };
  }

  /** With what would decide it at the start, as the end may be cut off. */
  private static String decidingFirst(String reason) {
    List<String> clauses = List.of(reason.split("; "));
    Comparator<String> deciding = Comparator.comparing(clause -> !clause.contains(DECIDES));
    return clauses.stream().sorted(deciding).collect(Collectors.joining("; "));
  }

  /**
   * One row per check that this tier judges, below them the reason of each that is not plainly
   * inside its bound; then a row per claim, how many have which verdict, what is not as recorded,
   * and, apart from all of it, whether the metrics are as before.
   */
  void printDetails(Console console) {
    printChecks("claim", console);
    List<Verdict> unlike = verdicts.stream().filter(this::wantsReason).toList();
    if (!unlike.isEmpty()) {
      console.line("");
      unlike.forEach(
          v -> console.paragraph("%s %s: %s".formatted(v.claim(), v.check(), v.reason())));
    }
    console.line("");
    console.table(
        List.of("claim", "says", "verdict", "recorded"),
        claims().stream().map(this::claimRow).toList());
    console.line("");
    console.line(counts());
    claims().forEach(claim -> needs(claim).ifPresent(console::paragraph));
    notes().forEach(console::paragraph);
  }

  /** One row per check that this tier judges; the first column, of claims, has that header. */
  void printChecks(String header, Console console) {
    console.table(
        List.of(header, "check", "measured", "expected", "null", "verdict"),
        verdicts.stream().filter(VerdictTable::isOfThisTier).map(this::row).toList());
  }

  /** Checks for other tiers and devices are no news. */
  private static boolean isOfThisTier(Verdict verdict) {
    return verdict.gates() || verdict.outcome() != Outcome.SKIPPED;
  }

  /** What a claim needs is said once, not at each of its checks. */
  private boolean wantsReason(Verdict verdict) {
    return switch (verdict.outcome()) {
      case REPRODUCED, RECOMPUTED, HOLDS, AS_ITS_NULL -> false;
      case SKIPPED -> verdict.gates();
      case UNDECIDED -> !expected.of(verdict.claim()).needs().containsKey(verdict.tier());
      case NOT_REPRODUCED -> true;
    };
  }

  private List<ExpectedClaim> claims() {
    return expected.claims().stream()
        .filter(claim -> verdicts.stream().anyMatch(v -> v.claim().equals(claim.claim())))
        .toList();
  }

  private List<String> claimRow(ExpectedClaim claim) {
    ClaimVerdict verdict = ClaimVerdict.of(claim, verdicts);
    return List.of(
        claim.claim(),
        claim.title(),
        styled(verdict.outcome()),
        verdict.recorded().map(Wording::of).orElse("-"));
  }

  /** How many claims have which verdict, as in {@code 4 claims: holds 3, undecided 1}. */
  private String counts() {
    List<Outcome> outcomes =
        claims().stream().map(claim -> ClaimVerdict.of(claim, verdicts).outcome()).toList();
    return outcomes.size()
        + (outcomes.size() == 1 ? " claim: " : " claims: ")
        + Arrays.stream(Outcome.values())
            .sorted(Comparator.reverseOrder())
            .filter(outcomes::contains)
            .map(outcome ->
                Wording.of(outcome) + " " + outcomes.stream().filter(o -> o == outcome).count())
            .collect(Collectors.joining(", "));
  }

  private Optional<String> needs(ExpectedClaim claim) {
    return Optional.of(ClaimVerdict.of(claim, verdicts).needs())
        .filter(needs -> !needs.isEmpty())
        .map(needs -> "%s is decided by %s".formatted(claim.claim(), needs));
  }

  /** What is not as recorded, which identities do not hold, and which metrics changed. */
  private List<String> notes() {
    List<String> notes = new ArrayList<>();
    for (ExpectedClaim claim : claims()) {
      ClaimVerdict verdict = ClaimVerdict.of(claim, verdicts);
      if (verdict.isMoved()) {
        notes.add(
            "%s is %s (recorded: %s)%s"
                .formatted(
                    claim.claim(),
                    Wording.of(verdict.outcome()),
                    Wording.of(verdict.recorded().orElseThrow()),
                    verdict.isFlipped() ? ": the verdict flipped" : ", which fails nothing"));
      }
    }
    verdicts.stream()
        .filter(Verdict::isBrokenIdentity)
        .forEach(v -> notes.add("%s %s does not hold".formatted(v.claim(), v.check())));
    for (Regression regression : regressions) {
      notes.add(
          "beside %s: %s metrics as before, %s changed, %s not compared"
              .formatted(
                  regression.reference(),
                  regression.asBefore(),
                  regression.changed().size(),
                  regression.unclear().size()));
      regression.changed().forEach(metric -> notes.add("changed: " + metric.inWords()));
    }
    if (regressions.isEmpty() && !verdicts.isEmpty()) {
      notes.add(
          "no stored evidence of this tier, math mode and seed: whether metrics are as before was"
              + " not judged");
    }
    return notes;
  }

  /**
   * The verdict on a claim, as JSON.
   *
   * @param recorded what it is recorded to be at this tier
   * @param flipped whether it is decided another way than recorded
   * @param needs the size of run that would decide it, where this tier cannot
   */
  record ClaimLine(
      String claim,
      Outcome outcome,
      Optional<Outcome> recorded,
      boolean flipped,
      Optional<String> needs) {}

  List<ClaimLine> claimLines() {
    return claims().stream().map(this::claimLine).toList();
  }

  private ClaimLine claimLine(ExpectedClaim claim) {
    ClaimVerdict verdict = ClaimVerdict.of(claim, verdicts);
    return new ClaimLine(
        claim.claim(),
        verdict.outcome(),
        verdict.recorded(),
        verdict.isFlipped(),
        Optional.of(verdict.needs()).filter(needs -> !needs.isEmpty()));
  }

  /**
   * Metrics beside stored evidence, as JSON.
   *
   * @param changed a line of each metric outside its tolerance
   */
  record RegressionLine(String reference, int asBefore, List<String> changed, int notCompared) {}

  /** One of each folder of stored evidence. */
  List<RegressionLine> regressionLines() {
    return regressions.stream()
        .map(r ->
            new RegressionLine(
                r.reference(),
                r.asBefore(),
                r.changed().stream().map(Regression.Metric::inWords).toList(),
                r.unclear().size()))
        .toList();
  }

  /**
   * 1 if a verdict flipped against the recorded one, an identity does not hold or a metric changed,
   * else 0: a paper that is contradicted as recorded is no failure.
   */
  int exitCode() {
    boolean failed =
        claims().stream().anyMatch(claim -> ClaimVerdict.of(claim, verdicts).isFlipped())
            || verdicts.stream().anyMatch(Verdict::isBrokenIdentity)
            || regressions.stream().anyMatch(regression -> !regression.changed().isEmpty());
    return failed ? Gatun.CLAIM_FAILED : 0;
  }

  private List<String> row(Verdict verdict) {
    return List.of(
        verdict.claim(),
        verdict.check(),
        NumberCell.of(verdict.measured(), (verdict.measuredHigh() - verdict.measuredLow()) / 2),
        interval(verdict),
        NumberCell.of(verdict.nullValue()),
        styled(verdict.outcome()) + (verdict.gates() ? "" : " (another head)"));
  }

  private String interval(Verdict verdict) {
    ExpectedCheck check = expected.of(verdict.claim()).check(verdict.check());
    return Wording.bounds(verdict, check.openLow(), check.openHigh(), VerdictTable::bound);
  }

  /** As written in the data files: without zeros that say nothing. */
  private static String bound(double value) {
    return NumberCell.of(value)
        .replaceFirst("(\\.\\d*?)0+(e|$)", "$1$2")
        .replaceFirst("\\.(e|$)", "$1");
  }

  private static String styled(Outcome outcome) {
    String style =
        switch (outcome) {
          case REPRODUCED -> "green,bold";
          case RECOMPUTED, HOLDS -> "green";
          case NOT_REPRODUCED -> "red,bold";
          case AS_ITS_NULL, UNDECIDED -> "yellow";
          case SKIPPED -> "faint";
        };
    return "@|" + style + " " + Wording.of(outcome) + "|@";
  }
}
