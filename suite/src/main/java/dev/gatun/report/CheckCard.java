package dev.gatun.report;

import dev.gatun.results.ExpectedCheck;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Outcome;
import dev.gatun.results.Standing;
import dev.gatun.results.Verdict;
import java.util.Locale;
import java.util.Optional;

/** A check with its verdict, as its claim and the table of all checks show it. */
record CheckCard(Verdict verdict, Optional<ExpectedCheck> expected) {
  static CheckCard of(Verdict verdict, ExpectedValues expected) {
    return new CheckCard(verdict, Expectation.of(verdict, expected));
  }

  /** Grey where the check decides nothing. */
  Mark mark() {
    Mark mark = Mark.of(verdict.outcome());
    return verdict.gates() ? mark : mark.withStyleOf(Mark.of(Outcome.SKIPPED));
  }

  String title() {
    return expected.map(ExpectedCheck::title).orElse(verdict.check());
  }

  /** Why it does not decide its claim; empty if it does. */
  String aside() {
    return verdict.gates() ? "" : "decides nothing here";
  }

  String bounds() {
    return Expectation.bounds(verdict, expected);
  }

  /**
   * The arm or metric whose subtraction stands for a null; empty if there is a null, or neither.
   */
  String subtractedNull() {
    return expected
        .filter(check -> !check.hasNull() && check.subtractsItsNull())
        .map(ExpectedCheck::subtracted)
        .orElse("");
  }

  /** Where the measurement lies; empty if there is none to place. */
  Optional<IntervalStrip> strip() {
    return IntervalStrip.of(verdict);
  }

  /** With a capital and without its full stop. */
  String reason() {
    String reason = verdict.reason().strip();
    String start = reason.isEmpty() ? "" : reason.substring(0, 1).toUpperCase(Locale.ROOT);
    return start + reason.substring(start.length()).replaceFirst("\\.$", "");
  }

  boolean isAtNull() {
    return Standing.AT_NULL.of(verdict);
  }
}
