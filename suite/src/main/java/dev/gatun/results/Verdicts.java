package dev.gatun.results;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * Judges evidence by expected values.
 *
 * <p>Every value that a check reads becomes an interval: for a point check the value and its own
 * error, for a statistical one Student's 95 % interval of the mean over seeds. A value is
 * reproduced if its interval lies inside the expected one, not reproduced if wholly outside, and
 * else inconclusive; the worst value decides. What is not finite is not reproduced; without
 * evidence a check is skipped.
 */
public final class Verdicts {
  private static final double CONFIDENCE = 0.95;

  private final Selection.Index index;
  private final String tier;
  private final String device;

  private Verdicts(Evidence evidence, String tier, String device) {
    this.index = new Selection.Index(evidence);
    this.tier = tier;
    this.device = device;
  }

  /** One verdict per check, in the order of the expected values. */
  public static List<Verdict> judge(
      Evidence evidence, ExpectedValues expected, String tier, String device) {
    var verdicts = new Verdicts(evidence, tier, device);
    List<Verdict> all = new ArrayList<>();
    for (ExpectedClaim claim : expected.claims()) {
      for (ExpectedCheck check : claim.checks()) {
        all.add(verdicts.judge(claim, check));
      }
    }
    return all;
  }

  private Verdict judge(ExpectedClaim claim, ExpectedCheck check) {
    var report = new Report(claim, check);
    if (!check.holdsFor(tier, device)) {
      return report.notHere(
          "holds for %s on %s, and this is %s on %s"
              .formatted(
                  String.join(", ", check.tiers()),
                  String.join(", ", check.devices()),
                  tier,
                  device));
    }
    List<Run> runs = index.runs(claim.claim(), tier, device);
    var selection = Selection.of(index, runs, check);
    report.nullValue = nullValue(runs, check);
    if (!selection.gap().isEmpty()) {
      return report.without(Outcome.INCONCLUSIVE, selection.gap());
    }
    if (selection.samples().isEmpty()) {
      return report.without(
          Outcome.SKIPPED,
          "no evidence of %s at tier %s on %s".formatted(check.metric(), tier, device));
    }
    for (Selection.Sample sample : selection.samples()) {
      for (Estimate value : sample.values()) {
        if (!Double.isFinite(value.value()) || !Double.isFinite(value.halfWidth())) {
          return report.of(
              Outcome.NOT_REPRODUCED, value, "not a finite number at " + value.where());
        }
      }
    }
    return check.kind() == CheckKind.STATISTICAL
        ? overSeeds(selection.samples(), check, report)
        : points(selection.samples(), check, report);
  }

  private double nullValue(List<Run> runs, ExpectedCheck check) {
    return check.nullMetric().isEmpty()
        ? Double.NaN
        : Selection.mean(index, runs, check, check.nullMetric());
  }

  private static Verdict points(
      List<Selection.Sample> samples, ExpectedCheck check, Report report) {
    List<Estimate> values = samples.stream().flatMap(s -> s.values().stream()).toList();
    return report.worst(check.aggregate().apply(values));
  }

  private static Verdict overSeeds(
      List<Selection.Sample> samples, ExpectedCheck check, Report report) {
    List<Estimate> intervals = new ArrayList<>();
    for (var group : groups(samples, check).entrySet()) {
      Map<Long, Double> bySeed = group.getValue();
      if (bySeed.size() < check.minimumSeeds()) {
        return report.of(
            Outcome.INCONCLUSIVE,
            interval(bySeed, group.getKey()),
            "%s: %d seeds, and the check needs %d"
                .formatted(group.getKey(), bySeed.size(), check.minimumSeeds()));
      }
      intervals.add(interval(bySeed, group.getKey()));
    }
    return report.worst(intervals);
  }

  /**
   * Values by seed: of each arm and step alone if each is judged, else of all arms and steps
   * combined.
   */
  private static Map<String, Map<Long, Double>> groups(
      List<Selection.Sample> samples, ExpectedCheck check) {
    Map<String, Map<Long, Double>> groups = new TreeMap<>();
    if (check.aggregate() != Aggregate.EACH) {
      Map<Long, List<Estimate>> bySeed =
          samples.stream()
              .collect(
                  Collectors.groupingBy(
                      Selection.Sample::seed,
                      TreeMap::new,
                      Collectors.flatMapping(s -> s.values().stream(), Collectors.toList())));
      Map<Long, Double> combined = new TreeMap<>();
      bySeed.forEach(
          (seed, values) -> combined.put(seed, check.aggregate().apply(values).getFirst().value()));
      groups.put(check.aggregate().name().toLowerCase(Locale.ROOT), combined);
      return groups;
    }
    for (Selection.Sample sample : samples) {
      for (int i = 0; i < sample.values().size(); i++) {
        String name = sample.arm() + (sample.values().size() == 1 ? "" : ", value " + (i + 1));
        groups
            .computeIfAbsent(name, _ -> new TreeMap<>())
            .put(sample.seed(), sample.values().get(i).value());
      }
    }
    return groups;
  }

  /** Mean and the half-width of its two-sided Student interval; no width for a single seed. */
  private static Estimate interval(Map<Long, Double> bySeed, String where) {
    int n = bySeed.size();
    double mean = bySeed.values().stream().mapToDouble(v -> v).average().orElseThrow();
    String named = "%s, %d seeds".formatted(where, n);
    if (n < 2) {
      return new Estimate(mean, 0, named);
    }
    double squares = bySeed.values().stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
    double standardError = Math.sqrt(squares / (n - 1) / n);
    double t = TDistribution.of(n - 1).inverseSurvivalProbability((1 - CONFIDENCE) / 2);
    return new Estimate(mean, t * standardError, named);
  }

  /** Puts verdicts on one check into words. */
  private static final class Report {
    private final ExpectedClaim claim;
    private final ExpectedCheck check;
    private double nullValue = Double.NaN;

    Report(ExpectedClaim claim, ExpectedCheck check) {
      this.claim = claim;
      this.check = check;
    }

    Verdict notHere(String reason) {
      return verdict(Outcome.SKIPPED, false, Double.NaN, Double.NaN, Double.NaN, reason);
    }

    Verdict without(Outcome outcome, String reason) {
      return verdict(outcome, check.gates(), Double.NaN, Double.NaN, Double.NaN, reason);
    }

    Verdict of(Outcome outcome, Estimate value, String reason) {
      return verdict(outcome, check.gates(), value.value(), value.low(), value.high(), reason);
    }

    /** The value with the worst outcome, and of those the one farthest out or nearest a bound. */
    Verdict worst(List<Estimate> values) {
      Estimate worst =
          values.stream()
              .min(Comparator.comparing(this::outcome).thenComparingDouble(this::margin))
              .orElseThrow();
      String place =
          switch (outcome(worst)) {
            case REPRODUCED -> "inside";
            case NOT_REPRODUCED -> "outside";
            case INCONCLUSIVE -> "across a bound of";
            case SKIPPED -> throw new AssertionError("a value is never skipped");
          };
      String all = values.size() == 1 ? "" : "; the worst of " + values.size();
      return of(
          outcome(worst), worst, "%s what is expected (%s%s)".formatted(place, worst.where(), all));
    }

    private Outcome outcome(Estimate value) {
      Estimate judged = judged(value);
      if (check.contains(judged.low()) && check.contains(judged.high())) {
        return Outcome.REPRODUCED;
      }
      return check.isAbove(judged.low()) || check.isBelow(judged.high())
          ? Outcome.NOT_REPRODUCED
          : Outcome.INCONCLUSIVE;
    }

    /** How far what is judged is inside the bounds; negative if it is not. */
    private double margin(Estimate value) {
      Estimate judged = judged(value);
      return Math.min(judged.low() - check.low(), check.high() - judged.high());
    }

    private Estimate judged(Estimate value) {
      return check.judgeUncertainty() || check.kind() == CheckKind.STATISTICAL
          ? value
          : new Estimate(value.value(), 0, value.where());
    }

    private Verdict verdict(
        Outcome outcome, boolean gates, double value, double low, double high, String reason) {
      return new Verdict(
          claim.claim(),
          check.id(),
          outcome,
          gates,
          value,
          low,
          high,
          check.low(),
          check.high(),
          check.unit(),
          check.source(),
          check.grade(),
          nullValue,
          check.nullMetric(),
          reason);
    }
  }
}
