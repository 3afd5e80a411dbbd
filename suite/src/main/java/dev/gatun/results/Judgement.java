package dev.gatun.results;

import java.util.List;

/** Verdicts on whatever a piece of evidence holds. */
public final class Judgement {
  private Judgement() {}

  /**
   * One verdict per check of each claim that has runs, in the order of the expected values; none on
   * stored checkpoints, of which nothing is expected.
   *
   * @throws UnreadableResultsException if no claim of the evidence has expected values
   */
  public static List<Verdict> of(Evidence evidence, ExpectedValues expected) {
    List<String> measured = evidence.runs().stream().map(Run::claim).distinct().toList();
    List<String> claims =
        expected.claims().stream().map(ExpectedClaim::claim).filter(measured::contains).toList();
    if (!evidence.runs().isEmpty() && evidence.runs().stream().allMatch(Run::isMeasurement)) {
      return List.of();
    }
    if (claims.isEmpty()) {
      throw new UnreadableResultsException(
          "the evidence holds no run of a claim that has expected values");
    }
    String tier = evidence.runs().getFirst().tier();
    return Verdicts.judge(evidence, expected.only(claims), tier, device(evidence));
  }

  /** The device that computed; where only published numbers were read, any would do. */
  private static String device(Evidence evidence) {
    return evidence.runs().stream()
        .map(Run::device)
        .filter(device -> !device.equals(Run.PUBLISHED))
        .findFirst()
        .orElse(Run.DEVICES.getFirst());
  }
}
