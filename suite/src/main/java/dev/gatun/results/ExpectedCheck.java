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
 * @param arms arms that must all be there; by default every arm that is there and no control
 * @param steps steps read in each run; all by default
 * @param overSteps how the steps of one run combine; each by default
 * @param aggregate how the runs combine; each by default
 * @param minimumSteps least number of steps that a run must show; 1 by default, 3 for a slope
 * @param scale on which values are averaged and compared; linear by default
 * @param low least value inside the bound; −∞ by default
 * @param high greatest value inside the bound; +∞ by default
 * @param openLow whether {@code low} itself lies outside; false by default
 * @param openHigh whether {@code high} itself lies outside; false by default
 * @param unit unit of the metric; a pure number by default
 * @param tiers tiers it holds for
 * @param devices devices it holds for; all by default
 * @param kind the rule it is judged by; statistical by default
 * @param judgeUncertainty whether the metric's own error widens the value to an interval before a
 *     point check judges it; true by default
 * @param minimumSeeds least number of seeds of a statistical check, 1 for a single number without
 *     an interval; 5 by default
 * @param source paper and table, figure or sentence
 * @param grade how exact the source is
 * @param tolerance why the bounds are where they are
 * @param nullMetric metric of the null model, read as the metric is; the metric itself by default
 * @param nullArms arms without the claimed cause, read as the arms are; the same arms by default
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
    Scale scale,
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
    List<String> nullArms,
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
    minimumSteps = Objects.requireNonNullElse(minimumSteps, overSteps == Aggregate.SLOPE ? 3 : 1);
    scale = Objects.requireNonNullElse(scale, Scale.LINEAR);
    if (aggregate == Aggregate.SLOPE) {
      throw new IllegalArgumentException("check %s: a slope is over steps".formatted(id));
    }
    if (low == null && high == null) {
      throw new IllegalArgumentException("check " + id + " has neither low nor high");
    }
    low = Objects.requireNonNullElse(low, Double.NEGATIVE_INFINITY);
    high = Objects.requireNonNullElse(high, Double.POSITIVE_INFINITY);
    if (!(low <= high)) {
      throw new IllegalArgumentException(
          "check %s: low %s is above high %s".formatted(id, low, high));
    }
    if (scale != Scale.LINEAR && (low != Double.NEGATIVE_INFINITY && low <= 0 || high <= 0)) {
      throw new IllegalArgumentException(
          "check %s: bounds on a logarithmic scale are above 0".formatted(id));
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
    if (minimumSeeds < 1) {
      throw new IllegalArgumentException("check " + id + ": minimum_seeds is 1 or more");
    }
    require(source, "source");
    require(grade, "grade");
    require(tolerance, "tolerance");
    nullMetric = Objects.requireNonNullElse(nullMetric, "");
    nullArms = nullArms == null ? List.of() : List.copyOf(nullArms);
    if (!nullMetric.isEmpty() && !minusMetric.isEmpty()) {
      throw new IllegalArgumentException(
          "check %s: a metric less another one has no null_metric; let that one be the null"
              .formatted(id));
    }
    history = List.copyOf(require(history, "history"));
    if (history.isEmpty()) {
      throw new IllegalArgumentException("check " + id + " has an empty history");
    }
  }

  /** What the check is called whose measurement lies inside its bound and beyond its null. */
  Outcome inside() {
    if (grade == Grade.IDENTITY) {
      return Outcome.HOLDS;
    }
    return switch (kind) {
      case EXACT, ALGEBRA, IMPLEMENTATION -> Outcome.HOLDS;
      case PUBLISHED -> Outcome.RECOMPUTED;
      case STATISTICAL -> Outcome.REPRODUCED;
    };
  }

  /** Whether it names a null. */
  public boolean hasNull() {
    return !nullMetric.isEmpty() || !nullArms.isEmpty();
  }

  /** Whether what it subtracts is its null: no difference at all lies outside its bound. */
  public boolean subtractsItsNull() {
    double none = scale.from(0);
    return !subtracted().isEmpty() && !(low < none && none < high);
  }

  /** The arm, or else the metric, that is subtracted; empty if none is. */
  public String subtracted() {
    return minusArm.isEmpty() ? minusMetric : minusArm;
  }

  /** What stands for the null in a table: its metric, or else its arms. */
  String nullName() {
    return nullMetric.isEmpty() ? String.join(", ", nullArms) : nullMetric;
  }

  /** Whether a measured value lies inside the bound. */
  public boolean contains(double value) {
    return (openLow ? value > low : value >= low) && (openHigh ? value < high : value <= high);
  }

  /** Whether a measured value lies below all that are inside. */
  boolean isBelow(double value) {
    return openLow ? value <= low : value < low;
  }

  /** Whether a measured value lies above all that are inside. */
  boolean isAbove(double value) {
    return openHigh ? value >= high : value > high;
  }

  /** Whether a tier is told of it: models that are trained here are no news of published ones. */
  boolean concerns(String tier) {
    return tier.equals(Run.CHECKPOINT)
        ? tiers.contains(tier)
        : !tiers.equals(List.of(Run.CHECKPOINT));
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
