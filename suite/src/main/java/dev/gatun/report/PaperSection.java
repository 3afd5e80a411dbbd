package dev.gatun.report;

import dev.gatun.results.Evidence;
import dev.gatun.results.ExpectedCheck;
import dev.gatun.results.ExpectedClaim;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Outcome;
import dev.gatun.results.Paper;
import dev.gatun.results.Provenance;
import dev.gatun.results.Remark;
import dev.gatun.results.Run;
import dev.gatun.results.Standing;
import dev.gatun.results.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
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
  private final List<Said> findings;

  /** Of the paper's claims that the expected values hold. */
  PaperSection(
      Paper paper,
      ExpectedValues expected,
      List<Verdict> verdicts,
      Evidence evidence,
      Tiers tiers,
      List<Figure> figures) {
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
    this.findings = said(figures);
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

  /**
   * What came out, as a paragraph.
   *
   * @param id of its place in the page, where it has a title
   * @param figure what stands beside it, if it names a figure and the evidence has it
   * @param claims those that it speaks of, which may be another paper's
   */
  record Said(
      String id, String title, List<Inline> text, Optional<Figure> figure, Set<String> claims) {}

  /** The findings that hold. Where several have one title, only the first of them is said. */
  private List<Said> said(List<Figure> figures) {
    var remarks = Remarks.ofPaper(all, expected);
    var said = new ArrayList<Said>();
    for (Paper.Finding finding : paper.findings()) {
      List<Inline> text = remarks.said(List.of(finding.remark()));
      boolean isAnswered =
          !finding.title().isEmpty()
              && said.stream().anyMatch(s -> s.title().equals(finding.title()));
      if (!text.isEmpty() && !isAnswered) {
        String id = "finding-" + Html.id(finding.title().replace("?", ""));
        said.add(
            new Said(
                id,
                finding.title(),
                text,
                figures.stream()
                    .filter(figure -> figure.id().equals("figure-" + finding.figure()))
                    .findFirst()
                    .map(figure -> figure.withId(id + "-figure")),
                claimsOf(finding.remark())));
      }
    }
    return said;
  }

  private static Set<String> claimsOf(Remark remark) {
    return remark.checks().stream()
        .map(check -> check.substring(0, check.indexOf('.')))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  List<Said> findings() {
    return findings;
  }

  /** What is said of its claims under the heads of other papers. */
  List<Said> elsewhere(List<PaperSection> papers) {
    return papers.stream()
        .filter(other -> other != this)
        .flatMap(other -> other.findings().stream())
        .filter(finding -> !finding.title().isEmpty())
        .filter(finding -> finding.claims().stream().anyMatch(paper.claims()::contains))
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
