package dev.gatun.report;

import dev.gatun.results.Evidence;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Outcome;
import dev.gatun.results.Papers;
import dev.gatun.results.Provenance;
import dev.gatun.results.Verdict;
import dev.gatun.results.comparison.Regression;
import java.util.List;
import java.util.function.Predicate;

/** The body of a report on claims: a summary, each paper with its claims, all checks. */
final class ReportPage {
  private final Evidence evidence;
  private final List<Verdict> verdicts;
  private final ExpectedValues expected;
  private final Report.Beside beside;
  private final Tiers tiers;
  private final List<ClaimSection> claims;
  private final List<PaperSection> papers;

  ReportPage(
      Evidence evidence, List<Verdict> verdicts, ExpectedValues expected, Report.Beside beside) {
    this.evidence = evidence;
    this.verdicts = verdicts;
    this.expected = expected;
    this.beside = beside;
    this.tiers = new Tiers(evidence, verdicts, beside.tiers());
    var index = new EvidenceIndex(evidence);
    List<FigureSource> sources =
        CheckpointFigures.areOf(evidence)
            ? expected.claims().stream()
                .<FigureSource>map(claim -> new CheckpointFigures(claim.claim(), evidence))
                .toList()
            : FigureBook.shipped().sources(verdicts);
    this.claims =
        expected.claims().stream()
            .map(claim -> new ClaimSection(claim, verdicts, tiers, index, sources))
            .toList();
    this.papers =
        Papers.shipped().papers().stream()
            .map(paper -> new PaperSection(paper, expected, verdicts, evidence, tiers, figures()))
            .filter(paper -> !paper.claims().isEmpty())
            .toList();
  }

  SummarySection summary() {
    return new SummarySection(expected, verdicts, evidence, tiers, figures());
  }

  List<PaperSection> papers() {
    return papers;
  }

  List<ClaimSection> claimsOf(PaperSection paper) {
    return claims(paper.paper().claims()::contains);
  }

  List<ClaimSection> claimsOfNoPaper() {
    return claims(
        claim -> papers.stream().noneMatch(paper -> paper.paper().claims().contains(claim)));
  }

  private List<ClaimSection> claims(Predicate<String> which) {
    return claims.stream().filter(section -> which.test(section.text().claim())).toList();
  }

  List<Figure> figures() {
    return claims.stream().flatMap(claim -> claim.figures().stream()).toList();
  }

  /** Every check that this tier and device judge. */
  List<CheckCard> verdicts() {
    return verdicts.stream()
        .filter(v -> v.gates() || v.outcome() != Outcome.SKIPPED)
        .map(v -> CheckCard.of(v, expected))
        .toList();
  }

  /** The metrics beside stored evidence. */
  List<Regression> regressions() {
    return beside.regressions();
  }

  AcrossSection across() {
    return new AcrossSection(expected.claims(), beside.across());
  }

  List<TextRow> texts() {
    return TextRow.of(evidence.runs());
  }

  Provenance provenance() {
    return evidence.provenance();
  }
}
