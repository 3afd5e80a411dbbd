package dev.gatun.results.comparison;

import dev.gatun.results.CheckKind;
import dev.gatun.results.StudentInterval;
import dev.gatun.results.Tolerance;
import dev.gatun.results.comparison.Measurements.Sample;
import dev.gatun.results.comparison.Measurements.Site;
import dev.gatun.results.comparison.MetricComparison.Place;
import dev.gatun.results.comparison.MetricComparison.Value;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Compares what two machines measured in one arm at one step. */
final class PlaceComparer {
  private static final String NOT_FINITE = "not a finite number";

  private final Site site;
  private final Map<Long, Sample> first;
  private final Map<Long, Sample> other;
  private final Set<Long> common;
  private final double unitRoundoff;

  /**
   * Of samples by seed.
   *
   * @param unitRoundoff of the coarser of the two math modes
   */
  PlaceComparer(Site site, Map<Long, Sample> first, Map<Long, Sample> other, double unitRoundoff) {
    this.site = site;
    this.first = first;
    this.other = other;
    this.unitRoundoff = unitRoundoff;
    common = new TreeSet<>(first.keySet());
    common.retainAll(other.keySet());
  }

  /** What was measured, and why it cannot be compared. */
  Place notComparable(String reason) {
    return new Place(
        where(""),
        where(""),
        mean(first),
        mean(other),
        Value.NONE,
        Double.NaN,
        Agreement.NOT_COMPARABLE,
        reason);
  }

  /** Each seed that both ran, value by value. */
  List<Place> pointwise(Tolerance tolerance) {
    return common.isEmpty()
        ? List.of(notComparable(otherSeeds()))
        : common.stream()
            .map(seed -> pointwise(seed, first.get(seed), other.get(seed), tolerance))
            .toList();
  }

  private String otherSeeds() {
    return "other seeds: %s against %s".formatted(words(first.keySet()), words(other.keySet()));
  }

  private static String words(Set<Long> seeds) {
    return seeds.stream().map(String::valueOf).collect(Collectors.joining(" "));
  }

  private Place pointwise(long seed, Sample a, Sample b, Tolerance tolerance) {
    double[] x = a.values();
    double[] y = b.values();
    String where = where(", seed " + seed);
    if (x.length != y.length) {
      return new Place(
          where,
          where,
          value(a, 0),
          value(b, 0),
          Value.NONE,
          Double.NaN,
          Agreement.DIFFERS,
          "%s values against %s".formatted(x.length, y.length));
    }
    int worst = 0;
    for (int i = 1; i < x.length; i++) {
      worst = distance(x[i], y[i]) > distance(x[worst], y[worst]) ? i : worst;
    }
    double scale = Math.max(tolerance.scale(), Math.max(greatest(x), greatest(y)));
    double bound = tolerance.within() + tolerance.roundings() * roundoff(tolerance.kind()) * scale;
    double distance = distance(x[worst], y[worst]);
    return new Place(
        where,
        where + (x.length == 1 ? "" : ", σ " + (worst + 1)),
        value(a, worst),
        value(b, worst),
        new Value(y[worst] - x[worst], 0),
        bound,
        distance <= bound ? Agreement.AGREES : Agreement.DIFFERS,
        Double.isInfinite(distance)
            ? NOT_FINITE
            : distance == 0 ? "equal" : words(distance <= bound));
  }

  /** Infinite if either is not a finite number. */
  private static double distance(double x, double y) {
    double distance = Math.abs(y - x);
    return Double.isNaN(distance) ? Double.POSITIVE_INFINITY : distance;
  }

  private static String words(boolean agrees) {
    return agrees ? "within the tolerance" : "outside the tolerance";
  }

  private double roundoff(CheckKind kind) {
    return kind == CheckKind.IMPLEMENTATION ? unitRoundoff : UnitRoundoff.F64;
  }

  private static double greatest(double[] values) {
    return Arrays.stream(values).map(Math::abs).filter(Double::isFinite).max().orElse(0);
  }

  private static Value value(Sample sample, int index) {
    return new Value(sample.values()[index], sample.error());
  }

  /**
   * Student's interval of the mean difference: of pairs where two seeds or more ran on both, else
   * Welch's.
   */
  Place statistical(double within) {
    boolean paired = common.size() >= 2 || !common.isEmpty() && first.keySet().equals(common);
    double[] x = Measurements.numbers(paired ? ofSeeds(first) : List.copyOf(first.values()));
    double[] y = Measurements.numbers(paired ? ofSeeds(other) : List.copyOf(other.values()));
    double[] differences = new double[paired ? x.length : 0];
    Arrays.setAll(differences, i -> y[i] - x[i]);
    String seeds = seeds(paired);
    if (paired && Arrays.equals(x, y) && Arrays.stream(x).allMatch(Double::isFinite)) {
      return place(seeds, x, y, new Value(0, 0), within, Agreement.AGREES, "equal");
    }
    if (!Arrays.stream(x).allMatch(Double::isFinite)
        || !Arrays.stream(y).allMatch(Double::isFinite)) {
      return place(seeds, x, y, Value.NONE, within, Agreement.DIFFERS, NOT_FINITE);
    }
    if (x.length < 2 || y.length < 2) {
      var alone = new Value(Value.over(y).value() - Value.over(x).value(), 0);
      return place(seeds, x, y, alone, within, Agreement.INCONCLUSIVE, MetricComparison.ONE_SEED);
    }
    StudentInterval interval =
        paired ? StudentInterval.of(differences) : StudentInterval.ofDifference(x, y);
    return judged(seeds, x, y, interval, within);
  }

  private String seeds(boolean paired) {
    if (!paired) {
      return ", %s and %s seeds".formatted(first.size(), other.size());
    }
    return common.size() == 1 ? ", seed " + words(common) : ", %s seeds".formatted(common.size());
  }

  private Place judged(
      String seeds, double[] x, double[] y, StudentInterval interval, double within) {
    var difference = new Value(interval.mean(), interval.halfWidth());
    if (interval.low() >= -within && interval.high() <= within) {
      return place(seeds, x, y, difference, within, Agreement.AGREES, words(true));
    }
    return interval.low() > within || interval.high() < -within
        ? place(seeds, x, y, difference, within, Agreement.DIFFERS, words(false))
        : place(
            seeds,
            x,
            y,
            difference,
            within,
            Agreement.INCONCLUSIVE,
            "the interval of the difference straddles the tolerance");
  }

  private Place place(
      String seeds,
      double[] x,
      double[] y,
      Value difference,
      double bound,
      Agreement agreement,
      String reason) {
    return new Place(
        where(""),
        where(seeds),
        Value.over(x),
        Value.over(y),
        difference,
        bound,
        agreement,
        reason);
  }

  private List<Sample> ofSeeds(Map<Long, Sample> samples) {
    return Measurements.ofSeeds(samples, common);
  }

  private Value mean(Map<Long, Sample> samples) {
    return Value.over(Measurements.numbers(List.copyOf(samples.values())));
  }

  private String where(String rest) {
    return site.arm() + rest + ", step " + site.step();
  }
}
