package dev.gatun.results;

import java.util.Collection;

/**
 * What the evidence says about one check of a claim.
 *
 * @param gates whether it counts for the claim; otherwise it is reported only
 * @param measured the measured value, NaN without evidence
 * @param measuredLow lower end of the measurement's interval; the value itself for a point check
 * @param measuredHigh upper end
 * @param expectedLow least value that reproduces, −∞ if none
 * @param expectedHigh greatest value that reproduces, +∞ if none
 * @param nullValue what a null model or control gives, NaN if the check has none
 * @param nullName metric of the null model, empty if none
 * @param source paper and table, figure or sentence of the expected value
 * @param reason one line that says why the outcome is what it is
 */
public record Verdict(
    String claim,
    String check,
    Outcome outcome,
    boolean gates,
    double measured,
    double measuredLow,
    double measuredHigh,
    double expectedLow,
    double expectedHigh,
    String unit,
    double nullValue,
    String nullName,
    String source,
    Grade grade,
    String reason) {

  /** Outcome of a claim: the worst of its gating checks; SKIPPED if there is none. */
  public static Outcome ofClaim(String claim, Collection<Verdict> verdicts) {
    return Outcome.worst(
        verdicts.stream()
            .filter(v -> v.claim().equals(claim) && v.gates())
            .map(Verdict::outcome)
            .toList());
  }
}
