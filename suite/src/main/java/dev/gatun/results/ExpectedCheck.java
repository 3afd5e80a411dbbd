package dev.gatun.results;

import java.util.List;
import java.util.Objects;

/**
 * One check of a claim, as a file of {@code results/expected/} states it. The keys there are these
 * names in snake case; those that have a default may be left out.
 *
 * @param id unique within the claim
 * @param title what is checked, in words
 * @param metric name of the measured metric
 * @param minusMetric metric of the same runs and steps to subtract; none by default
 * @param minusArm arm whose runs of equal seed are subtracted (paired); none by default
 * @param arms arms that must all be there; every arm that is there by default
 * @param steps steps read in each run; all by default
 * @param overSteps how the steps of one run combine; each by default
 * @param aggregate how the runs combine; each by default
 * @param minimumSteps least number of steps that a run must show; 1 by default, 2 for a range
 * @param low least value that reproduces; −∞ by default
 * @param high greatest value that reproduces; +∞ by default
 * @param openLow whether {@code low} itself does not reproduce; false by default
 * @param openHigh whether {@code high} itself does not reproduce; false by default
 * @param unit unit of the metric; a pure number by default
 * @param tiers tiers it holds for
 * @param devices devices it holds for; all by default
 * @param kind the rule it is judged by; statistical by default
 * @param judgeUncertainty whether the metric's own error widens the value to an interval before a
 *     point check judges it; true by default
 * @param minimumSeeds least number of seeds of a statistical check; 5 by default
 * @param source paper and table, figure or sentence
 * @param grade how exact the source is
 * @param tolerance why the bounds are where they are
 * @param nullMetric metric of the null model or control, read as the metric is; none by default
 * @param role what it is about; the claim itself by default
 * @param gates whether it counts for the claim; by default if it is about the claim itself, and
 *     never if it is not
 * @param tooSmall why evidence of these tiers cannot decide what the paper says: then the outcome
 *     is INCONCLUSIVE whatever was measured; none by default
 * @param history one line per change, the first saying where the values came from
 */
public record ExpectedCheck(
    String id,
    String title,
    String metric,
    String minusMetric,
    String minusArm,
    List<String> arms,
    Steps steps,
    Aggregate overSteps,
    Aggregate aggregate,
    Integer minimumSteps,
    Double low,
    Double high,
    Boolean openLow,
    Boolean openHigh,
    String unit,
    List<String> tiers,
    List<String> devices,
    CheckKind kind,
    Boolean judgeUncertainty,
    Integer minimumSeeds,
    String source,
    Grade grade,
    String tolerance,
    String nullMetric,
    CheckRole role,
    Boolean gates,
    String tooSmall,
    List<String> history) {
  /** Fills in the defaults; a missing key is an {@link IllegalArgumentException} naming it. */
  public ExpectedCheck {
    require(id, "id");
    require(title, "title");
    require(metric, "metric");
    minusMetric = Objects.requireNonNullElse(minusMetric, "");
    minusArm = Objects.requireNonNullElse(minusArm, "");
    arms = arms == null ? List.of() : List.copyOf(arms);
    steps = Objects.requireNonNullElse(steps, Steps.ALL);
    overSteps = Objects.requireNonNullElse(overSteps, Aggregate.EACH);
    aggregate = Objects.requireNonNullElse(aggregate, Aggregate.EACH);
    minimumSteps = Objects.requireNonNullElse(minimumSteps, overSteps == Aggregate.RANGE ? 2 : 1);
    if (low == null && high == null) {
      throw new IllegalArgumentException("check " + id + " has neither low nor high");
    }
    low = Objects.requireNonNullElse(low, Double.NEGATIVE_INFINITY);
    high = Objects.requireNonNullElse(high, Double.POSITIVE_INFINITY);
    if (!(low <= high)) {
      throw new IllegalArgumentException(
          "check %s: low %s is above high %s".formatted(id, low, high));
    }
    openLow = Objects.requireNonNullElse(openLow, false);
    openHigh = Objects.requireNonNullElse(openHigh, false);
    unit = Objects.requireNonNullElse(unit, "1");
    Unit.require(unit);
    tiers = List.copyOf(require(tiers, "tiers"));
    devices = devices == null ? Run.DEVICES : List.copyOf(devices);
    kind = Objects.requireNonNullElse(kind, CheckKind.STATISTICAL);
    judgeUncertainty = Objects.requireNonNullElse(judgeUncertainty, true);
    minimumSeeds = Objects.requireNonNullElse(minimumSeeds, 5);
    if (minimumSeeds < 2) {
      throw new IllegalArgumentException(
          "check " + id + ": an interval needs minimum_seeds of 2 or more");
    }
    require(source, "source");
    require(grade, "grade");
    require(tolerance, "tolerance");
    nullMetric = Objects.requireNonNullElse(nullMetric, "");
    role = Objects.requireNonNullElse(role, CheckRole.CLAIM);
    gates = Objects.requireNonNullElse(gates, role == CheckRole.CLAIM);
    if (gates && role != CheckRole.CLAIM) {
      throw new IllegalArgumentException(
          "check " + id + " is not about the claim itself, so it cannot gate");
    }
    tooSmall = Objects.requireNonNullElse(tooSmall, "");
    history = List.copyOf(require(history, "history"));
    if (history.isEmpty()) {
      throw new IllegalArgumentException("check " + id + " has an empty history");
    }
  }

  /** Whether a value reproduces. */
  public boolean contains(double value) {
    return (openLow ? value > low : value >= low) && (openHigh ? value < high : value <= high);
  }

  /** Whether a value lies below all that reproduce. */
  boolean isBelow(double value) {
    return openLow ? value <= low : value < low;
  }

  /** Whether a value lies above all that reproduce. */
  boolean isAbove(double value) {
    return openHigh ? value >= high : value > high;
  }

  /** Whether it holds for this tier and device. */
  boolean holdsFor(String tier, String device) {
    return tiers.contains(tier) && devices.contains(device);
  }

  private static <T> T require(T value, String key) {
    if (value == null) {
      throw new IllegalArgumentException("a check lacks the key " + key);
    }
    return value;
  }
}
