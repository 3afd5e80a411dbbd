package dev.gatun.results.comparison;

import dev.gatun.results.Outcome;

/**
 * The outcome of one check on two machines.
 *
 * @param gates whether the check counts for its claim
 */
public record OutcomeComparison(
    String claim, String check, boolean gates, Outcome first, Outcome other) {

  /** Reproduced on one and refuted on the other differs; less than that is not decided. */
  public Agreement agreement() {
    if (first == other) {
      return Agreement.AGREES;
    }
    if (first == Outcome.SKIPPED || other == Outcome.SKIPPED) {
      return Agreement.NOT_COMPARABLE;
    }
    return first == Outcome.UNDECIDED || other == Outcome.UNDECIDED
        ? Agreement.INCONCLUSIVE
        : Agreement.DIFFERS;
  }
}
