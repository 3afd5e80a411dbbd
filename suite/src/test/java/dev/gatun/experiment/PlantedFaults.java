package dev.gatun.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.gatun.results.Evidence;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Outcome;
import dev.gatun.results.Verdict;
import dev.gatun.results.Verdicts;
import java.util.function.Function;

/**
 * Runs a claim as it is and with what it measures broken on purpose, and judges both.
 *
 * @param contexts by the name of the folder to write to
 */
public record PlantedFaults(Function<String, ClaimContext> contexts) {

  /** For the claim as it is. */
  public ClaimContext exact() {
    return contexts.apply("exact");
  }

  /** For the broken one. */
  public ClaimContext faulty() {
    return contexts.apply("faulty");
  }

  /**
   * A check that reproduces for the whole claim must be judged, and not reproduce, for the broken.
   */
  public void assertFound(Claim whole, Claim broken, String check) {
    Verdict reproduced = verdict(Measured.evidence(whole, exact()), whole.id(), check);
    Verdict found = verdict(Measured.evidence(broken, faulty()), broken.id(), check);
    assertEquals(Outcome.REPRODUCED, reproduced.outcome(), reproduced::toString);
    assertNotEquals(Outcome.REPRODUCED, found.outcome(), found::toString);
    assertNotEquals(Outcome.SKIPPED, found.outcome(), found::toString);
  }

  /** What the shipped expected values say of a check at the quick tier. */
  public static Verdict verdict(Evidence evidence, String claim, String check) {
    return Verdicts.judge(evidence, ExpectedValues.shipped(), "quick", "cpu").stream()
        .filter(verdict -> verdict.claim().equals(claim) && verdict.check().equals(check))
        .findFirst()
        .orElseThrow();
  }
}
