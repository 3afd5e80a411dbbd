package dev.gatun.report;

import dev.gatun.results.ClaimVerdict;
import dev.gatun.results.Evidence;
import dev.gatun.results.ExpectedClaim;
import dev.gatun.results.Outcome;
import dev.gatun.results.Run;
import dev.gatun.results.Verdict;
import dev.gatun.results.comparison.Machine;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The verdicts on the claims at several tiers: those of the report's own evidence, and of evidence
 * of other tiers beside it. The highest tier that has evidence of a claim speaks for it.
 */
final class Tiers {
  private final AtTier own;
  private final List<AtTier> others;

  /**
   * What the evidence of one tier says.
   *
   * @param where the evidence is, in words
   */
  record AtTier(String tier, String where, List<Verdict> verdicts) {
    ClaimVerdict verdict(ExpectedClaim claim) {
      return ClaimVerdict.of(claim, verdicts);
    }

    private boolean hasEvidenceOf(ExpectedClaim claim) {
      return verdicts.stream()
          .filter(v -> v.claim().equals(claim.claim()))
          .anyMatch(v -> v.gates() && v.outcome() != Outcome.SKIPPED);
    }
  }

  /**
   * The tiers of the report's own evidence and of other folders.
   *
   * @param others with verdicts; none by default
   */
  Tiers(Evidence evidence, List<Verdict> verdicts, List<Machine> others) {
    this.own = new AtTier(tier(evidence), "here", verdicts);
    this.others =
        others.stream()
            .map(other -> new AtTier(tier(other.evidence()), other.name(), other.verdicts()))
            .toList();
  }

  private static String tier(Evidence evidence) {
    return evidence.tier().orElse("none");
  }

  /** The tiers that have evidence of a claim, the highest first. */
  List<AtTier> of(ExpectedClaim claim) {
    return Stream.concat(Stream.of(own), others.stream())
        .filter(at -> at.hasEvidenceOf(claim))
        .sorted(Comparator.comparingInt((AtTier at) -> Run.TIERS.indexOf(at.tier())).reversed())
        .toList();
  }

  /** The highest tier that has evidence of a claim; that of the report if there is none. */
  AtTier highest(ExpectedClaim claim) {
    return of(claim).stream().findFirst().orElse(own);
  }

  /** The tiers that have evidence of a claim, without the report's own. */
  List<AtTier> beside(ExpectedClaim claim) {
    return of(claim).stream().filter(at -> at != own).toList();
  }

  /** The verdict by the highest tier, which the mark names where it is not the report's. */
  Mark mark(ExpectedClaim claim) {
    AtTier highest = highest(claim);
    Mark mark = Mark.of(highest.verdict(claim).outcome());
    return highest == own ? mark : mark.at(highest.tier());
  }

  /** A claim's name, with the tier of its verdict where that is not the report's. */
  String named(ExpectedClaim claim) {
    AtTier highest = highest(claim);
    return highest == own ? claim.claim() : "%s (%s)".formatted(claim.claim(), highest.tier());
  }
}
