package dev.gatun.results;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What the evidence of a tier says about a claim.
 *
 * @param outcome the worst of the checks that count, and undecided at best where the tier is too
 *     small
 * @param recorded the outcome that it is recorded to have at this tier on this text; empty if none
 *     is
 * @param needs the size of run that would decide, where this tier's cannot; empty if it can
 */
public record ClaimVerdict(Outcome outcome, Optional<Outcome> recorded, String needs) {

  /** Of a claim and the verdicts on its checks; those on other claims are left out. */
  public static ClaimVerdict of(ExpectedClaim claim, Collection<Verdict> verdicts) {
    List<Verdict> counting =
        verdicts.stream().filter(v -> v.claim().equals(claim.claim()) && v.gates()).toList();
    if (counting.isEmpty()) {
      return new ClaimVerdict(Outcome.SKIPPED, Optional.empty(), "");
    }
    String tier = counting.getFirst().tier();
    String corpus = counting.getFirst().corpus();
    String needs = claim.needs().getOrDefault(tier, "");
    Outcome outcome = Verdict.ofClaim(claim.claim(), counting);
    return new ClaimVerdict(
        needs.isEmpty() ? outcome : Outcome.worst(List.of(outcome, Outcome.UNDECIDED)),
        claim.recorded(tier, corpus).map(RecordedVerdict::verdict),
        needs);
  }

  /** Whether it is decided, and was recorded to be decided another way. */
  public boolean isFlipped() {
    return isMoved() && outcome.isDecided() && recorded.get().isDecided();
  }

  /** Whether it is another than the recorded one, decided or not. */
  public boolean isMoved() {
    return recorded.isPresent() && recorded.get() != outcome;
  }
}
