package dev.gatun.results;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * What the evidence says about a claim: about what it states, and, each only if it has checks of
 * that role and evidence, about the reason that the paper gives and about whether the number says
 * more than its null.
 *
 * @param outcome the worst of the gating checks
 * @param cause the worst of the checks of the cause; SKIPPED if there is none
 * @param beyondNull the worst of the checks against the null; SKIPPED if there is none
 */
public record ClaimVerdict(Outcome outcome, Outcome cause, Outcome beyondNull) {

  /** Of a claim and the verdicts on its checks; those on other claims are left out. */
  public static ClaimVerdict of(ExpectedClaim claim, Collection<Verdict> verdicts) {
    return new ClaimVerdict(
        Verdict.ofClaim(claim.claim(), verdicts),
        worst(claim, CheckRole.CAUSE, verdicts),
        worst(claim, CheckRole.BEYOND_NULL, verdicts));
  }

  /** Checks of other tiers are no evidence either way. */
  private static Outcome worst(ExpectedClaim claim, CheckRole role, Collection<Verdict> verdicts) {
    List<String> checks =
        claim.checks().stream()
            .filter(check -> check.role() == role)
            .map(ExpectedCheck::id)
            .toList();
    return Outcome.worst(
        verdicts.stream()
            .filter(v -> v.claim().equals(claim.claim()) && checks.contains(v.check()))
            .map(Verdict::outcome)
            .filter(outcome -> outcome != Outcome.SKIPPED)
            .toList());
  }

  /** Whether what the claim states was reproduced, and nothing is to be said against it. */
  public boolean isReproducedInFull() {
    return outcome == Outcome.REPRODUCED && reservations().isEmpty();
  }

  /** What is to be said beside the outcome, in a few words each; nothing about a skipped claim. */
  public List<String> reservations() {
    var words = new ArrayList<String>();
    if (outcome != Outcome.SKIPPED) {
      switch (cause) {
        case NOT_REPRODUCED -> words.add("cause not reproduced");
        case INCONCLUSIVE -> words.add("cause inconclusive");
        case SKIPPED, REPRODUCED -> {}
      }
      switch (beyondNull) {
        case NOT_REPRODUCED -> words.add("no more than its null");
        case INCONCLUSIVE -> words.add("null not excluded");
        case SKIPPED, REPRODUCED -> {}
      }
    }
    return List.copyOf(words);
  }
}
