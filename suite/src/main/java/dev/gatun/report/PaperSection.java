package dev.gatun.report;

import dev.gatun.results.Evidence;
import dev.gatun.results.ExpectedCheck;
import dev.gatun.results.ExpectedClaim;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Outcome;
import dev.gatun.results.Paper;
import dev.gatun.results.Provenance;
import dev.gatun.results.Run;
import dev.gatun.results.Standing;
import dev.gatun.results.Verdict;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A paper's head in the report, as the abstract of a short paper: what was run where, what came
 * out, and where a number says no more than its null; then its claims with their verdicts.
 */
final class PaperSection {
  private final Paper paper;
  private final List<ExpectedClaim> claims;
  private final List<Verdict> all;
  private final List<Verdict> verdicts;
  private final ExpectedValues expected;
  private final Tiers tiers;
  private final Provenance provenance;
  private final List<Run> runs;

  /** Of the paper's claims that the expected values hold. */
  PaperSection(
      Paper paper,
      ExpectedValues expected,
      List<Verdict> verdicts,
      Evidence evidence,
      Tiers tiers) {
    this.paper = paper;
    this.expected = expected;
    this.claims =
        expected.claims().stream().filter(c -> paper.claims().contains(c.claim())).toList();
    List<String> ids = claims.stream().map(ExpectedClaim::claim).toList();
    this.all = verdicts;
    this.verdicts = verdicts.stream().filter(v -> ids.contains(v.claim())).toList();
    this.tiers = tiers;
    this.provenance = evidence.provenance();
    this.runs = evidence.runs().stream().filter(r -> ids.contains(r.claim())).toList();
  }

  Paper paper() {
    return paper;
  }

  List<ExpectedClaim> claims() {
    return claims;
  }

  /** What was run where, and which claims came out how. */
  String course() {
    return run() + " " + outcomes();
  }

  private String run() {
    if (runs.isEmpty()) {
      return "None of its claims was measured here.";
    }
    long measured = runs.stream().map(Run::claim).distinct().count();
    return "%s measured at tier %s, in %s runs, on %s, in %s."
        .formatted(
            measured == claims.size()
                ? "All of its " + measured + " claims were"
                : measured + " of its " + claims.size() + " claims were",
            runs.stream().map(Run::tier).distinct().collect(Collectors.joining(", ")),
            runs.size(),
            provenance.entry(Provenance.DEVICE),
            provenance.entry(Provenance.MATH_MODE));
  }

  /** Which claims came out how at their highest tier, a sentence for each word. */
  private String outcomes() {
    return Arrays.stream(Outcome.values())
        .sorted(Comparator.reverseOrder())
        .filter(outcome -> outcome != Outcome.SKIPPED)
        .map(this::named)
        .flatMap(Optional::stream)
        .collect(Collectors.joining(" "));
  }

  private Optional<String> named(Outcome outcome) {
    List<String> names =
        claims.stream()
            .filter(claim -> tiers.highest(claim).verdict(claim).outcome() == outcome)
            .map(tiers::named)
            .toList();
    return names.isEmpty()
        ? Optional.empty()
        : Optional.of("%s: %s.".formatted(Mark.of(outcome).words(), String.join(", ", names)));
  }

  /** A paragraph each. They may speak of claims of other papers. */
  List<List<Inline>> findings() {
    var remarks = Remarks.ofPaper(all, expected);
    return paper.findings().stream()
        .map(finding -> remarks.said(List.of(finding)))
        .filter(paragraph -> !paragraph.isEmpty())
        .toList();
  }

  /** The checks whose interval contains their null, all of them: nobody picks which are told. */
  List<Verdict> atNull() {
    return verdicts.stream().filter(Standing.AT_NULL::of).toList();
  }

  String title(Verdict v) {
    return Expectation.of(v, expected).map(ExpectedCheck::title).orElse(v.check());
  }

  /** A claim and how it came out at its highest tier. */
  record Row(ExpectedClaim claim, Mark mark) {}

  List<Row> rows() {
    return claims.stream().map(claim -> new Row(claim, tiers.mark(claim))).toList();
  }
}
