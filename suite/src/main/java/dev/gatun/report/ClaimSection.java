package dev.gatun.report;

import dev.gatun.results.ClaimVerdict;
import dev.gatun.results.ExpectedClaim;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Outcome;
import dev.gatun.results.Remark;
import dev.gatun.results.Verdict;
import dev.gatun.results.Wording;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * One claim, read from top to bottom: the paper's sentence, the evidence with its figures, the
 * control, what follows and what does not; then every check with its reason, arms and runs.
 */
final class ClaimSection {
  private final ExpectedClaim text;
  private final List<Verdict> verdicts;
  private final Tiers tiers;
  private final EvidenceIndex evidence;
  private final List<Figure> figures = new ArrayList<>();
  private final List<String> missing = new ArrayList<>();
  private final Remarks remarks;

  ClaimSection(
      ExpectedClaim text,
      List<Verdict> verdicts,
      Tiers tiers,
      EvidenceIndex evidence,
      List<FigureSource> sources) {
    this.text = text;
    this.verdicts = verdicts.stream().filter(v -> v.claim().equals(text.claim())).toList();
    this.tiers = tiers;
    this.evidence = evidence;
    for (FigureSource source : sources) {
      if (source.claim().equals(text.claim())) {
        draw(source);
      }
    }
    this.remarks = Remarks.ofClaim(text.claim(), this.verdicts, new ExpectedValues(List.of(text)));
  }

  private void draw(FigureSource source) {
    List<Figure> drawn = source.figures(evidence);
    figures.addAll(drawn);
    if (drawn.isEmpty() && !source.subject().isEmpty()) {
      missing.add(source.subject());
    }
  }

  ExpectedClaim text() {
    return text;
  }

  Mark mark() {
    return tiers.mark(text);
  }

  /** By the highest tier that has evidence. */
  ClaimVerdict verdict() {
    return tiers.highest(text).verdict(text);
  }

  /** How the claim came out at each tier, the highest first; nothing if there is only one. */
  List<String> atTiers() {
    List<Tiers.AtTier> all = tiers.of(text);
    return all.size() < 2
        ? List.of()
        : all.stream()
            .map(at ->
                "At the %s tier (%s): %s."
                    .formatted(at.tier(), at.where(), Wording.of(at.verdict(text).outcome())))
            .toList();
  }

  /** The checks that decide the claim at another tier than the report's. */
  record OfOtherTier(String title, List<CheckCard> checks) {}

  List<OfOtherTier> otherTiers() {
    return tiers.beside(text).stream()
        .map(at ->
            new OfOtherTier(
                "Checks at the %s tier (%s)".formatted(at.tier(), at.where()),
                checks(at.verdicts(), ClaimSection::decides)))
        .toList();
  }

  /** How the claim is recorded to come out, beside how it did; empty if nothing is recorded. */
  Optional<String> recorded() {
    return verdict()
        .recorded()
        .map(recorded ->
            verdict().isMoved()
                ? "Recorded: %s. It is not so here.".formatted(Wording.of(recorded))
                : "As recorded.");
  }

  List<Inline> said(List<Remark> of) {
    return remarks.said(of);
  }

  List<Figure> figures() {
    return figures;
  }

  /** What figures could not be drawn for want of. */
  List<String> missing() {
    return missing;
  }

  /** The checks of this tier and device that decide the claim. */
  List<CheckCard> deciding() {
    return checks(verdicts, ClaimSection::decides);
  }

  private static boolean decides(Verdict verdict) {
    return verdict.outcome() != Outcome.SKIPPED && verdict.gates();
  }

  /** The checks that were judged but do not decide the claim. */
  List<CheckCard> aside() {
    return checks(verdicts, v -> v.outcome() != Outcome.SKIPPED && !v.gates());
  }

  List<CheckCard> skipped() {
    return checks(verdicts, v -> v.outcome() == Outcome.SKIPPED);
  }

  private List<CheckCard> checks(List<Verdict> of, Predicate<Verdict> which) {
    var expected = new ExpectedValues(List.of(text));
    return of.stream()
        .filter(v -> v.claim().equals(text.claim()))
        .filter(which)
        .map(v -> CheckCard.of(v, expected))
        .toList();
  }

  ArmTable arms() {
    return new ArmTable(evidence, text);
  }

  RunTable runs() {
    return new RunTable(evidence, text);
  }
}
