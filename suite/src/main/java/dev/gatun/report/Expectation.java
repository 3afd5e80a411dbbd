package dev.gatun.report;

import dev.gatun.results.ExpectedCheck;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Verdict;
import dev.gatun.results.Wording;
import java.util.Optional;

/** What a verdict was judged against, as the report writes it. */
final class Expectation {
  private Expectation() {}

  /** The check behind a verdict; empty if the expected values no longer have it. */
  static Optional<ExpectedCheck> of(Verdict verdict, ExpectedValues expected) {
    return expected.claims().stream()
        .filter(c -> c.claim().equals(verdict.claim()))
        .flatMap(c -> c.checks().stream())
        .filter(c -> c.id().equals(verdict.check()))
        .findFirst();
  }

  /** As in {@code 0.945 to 0.995}, {@code ≥ 1.2}, {@code > 0}. */
  static String bounds(Verdict verdict, Optional<ExpectedCheck> check) {
    return Wording.bounds(
        verdict,
        check.map(ExpectedCheck::openLow).orElse(false),
        check.map(ExpectedCheck::openHigh).orElse(false),
        Numbers::stated);
  }
}
