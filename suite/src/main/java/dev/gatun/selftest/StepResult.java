package dev.gatun.selftest;

import java.util.List;

/**
 * What came of a step.
 *
 * @param lines what the page says of it, the most important first
 */
record StepResult(String step, Outcome outcome, double seconds, List<String> lines) {
  enum Outcome {
    PASSED,
    FAILED,
    SKIPPED
  }

  /** What a step found, before anyone has looked at the clock. */
  record Finding(Outcome outcome, List<String> lines) {
    static Finding of(boolean passed, List<String> lines) {
      return new Finding(passed ? Outcome.PASSED : Outcome.FAILED, lines);
    }

    static Finding skipped(String why) {
      return new Finding(Outcome.SKIPPED, List.of(why));
    }
  }
}
