package dev.gatun.results;

import java.util.Collection;

/**
 * What the evidence says about one check of a claim.
 *
 * @param tier how much work the evidence was
 * @param corpus name of the text that the claim's runs read; empty if they read none or several
 * @param gates whether it counts for the claim, which it does not at another tier, on another
 *     device or of another head
 * @param measured the measured value nearest the bound that it must not cross, NaN without evidence
 * @param measuredLow lower end of the measurement's interval; the value itself without one
 * @param measuredHigh upper end
 * @param expectedLow least value inside the bound, −∞ if none
 * @param expectedHigh greatest value inside the bound, +∞ if none
 * @param nullValue what a null model or control gives, NaN if the check has none
 * @param nullName metric or arms of the null, empty if none
 * @param againstNull the measured value against the null, pair by pair; none without a null
 * @param source paper and table, figure or sentence of the expected value
 * @param reason one line that says why the outcome is what it is
 */
public record Verdict(
    String claim,
    String check,
    String tier,
    String corpus,
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
    AgainstNull againstNull,
    String source,
    Grade grade,
    String reason) {

  /**
   * The measurement less its null, or over it where the check is on a logarithmic scale: the 95 %
   * interval of the mean over pairs of equal seed, NaN if there is no null.
   *
   * @param low lower end
   * @param high upper end
   * @param equal what it would be if the two were equal: 0, or 1 of a quotient
   */
  public record AgainstNull(double low, double high, double equal) {
    /** Without a null. */
    public static final AgainstNull NONE = new AgainstNull(Double.NaN, Double.NaN, Double.NaN);
  }

  /** Whether it counts, has evidence, and is an identity that does not hold. */
  public boolean isBrokenIdentity() {
    return gates && outcome == Outcome.NOT_REPRODUCED && grade == Grade.IDENTITY;
  }

  /** Outcome of a claim: the worst of the checks that count; SKIPPED if there is none. */
  public static Outcome ofClaim(String claim, Collection<Verdict> verdicts) {
    return Outcome.worst(
        verdicts.stream()
            .filter(v -> v.claim().equals(claim) && v.gates())
            .map(Verdict::outcome)
            .toList());
  }
}
