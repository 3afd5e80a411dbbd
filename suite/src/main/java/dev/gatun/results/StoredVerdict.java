package dev.gatun.results;

import java.util.List;

/**
 * A verdict with what a reader of {@code verdicts.arrow} needs to understand it alone: the words of
 * its check and what became of its claim.
 *
 * @param title what is checked, in words
 * @param openLow whether the least expected value itself lies outside
 * @param openHigh whether the greatest expected value itself lies outside
 * @param claim verdict on the whole claim
 */
public record StoredVerdict(
    Verdict verdict,
    String title,
    boolean openLow,
    boolean openHigh,
    String claimTitle,
    ClaimVerdict claim) {

  /** What is stored of each verdict. */
  public static List<StoredVerdict> of(List<Verdict> verdicts, ExpectedValues expected) {
    return verdicts.stream()
        .map(verdict -> {
          ExpectedClaim claim = expected.of(verdict.claim());
          ExpectedCheck check = claim.check(verdict.check());
          return new StoredVerdict(
              verdict,
              check.title(),
              check.openLow(),
              check.openHigh(),
              claim.title(),
              ClaimVerdict.of(claim, verdicts));
        })
        .toList();
  }

  /** Claim and check, which name it among others. */
  public String name() {
    return verdict.claim() + " " + verdict.check();
  }
}
