package dev.gatun.results;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

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
    report.otherHead = otherHead(claim, runs, Selection.measured(index, runs, check));
    var selection = Selection.of(index, runs, check);
    if (!selection.gap().isEmpty()) {
      return report.without(Outcome.INCONCLUSIVE, selection.gap());
    }
    if (selection.samples().isEmpty()) {
      return report.without(
          Outcome.SKIPPED,
          "no evidence of %s at tier %s on %s".formatted(check.metric(), tier, device));
    }
    report.nulls = estimates(Selection.ofNull(index, runs, check), check);
    for (Selection.Sample sample : selection.samples()) {
      for (Estimate value : sample.values()) {
        if (!Double.isFinite(value.value()) || !Double.isFinite(value.halfWidth())) {
          Estimate named = value.at(place(sample, value));
          return report.of(
              Outcome.NOT_REPRODUCED, named, "not a finite number at " + named.where());
        }
      }
    }
    Optional<Estimate> tooFew = withTooFewSeeds(selection.samples(), check);
    return tooFew.isPresent()
        ? report.of(
            Outcome.INCONCLUSIVE,
            tooFew.get(),
            "%s, and the check needs %s".formatted(tooFew.get().where(), check.minimumSeeds()))
        : report.worst(estimates(selection.samples(), check));
  }

  /**
   * A head for which the claim's checks do not gate, if one of the measured runs has such; or if
   * all of the claim's have, whose controls alone decide nothing.
   */
  private static Optional<String> otherHead(
      ExpectedClaim claim, List<Run> runs, List<Run> measured) {
    if (claim.heads().isEmpty()) {
      return Optional.empty();
    }
    boolean noneGates =
        runs.stream().flatMap(run -> run.head().stream()).noneMatch(claim::gatesFor);
    return (noneGates ? runs : measured)
        .stream()
            .flatMap(run -> run.head().stream())
            .filter(head -> !claim.gatesFor(head))
            .findFirst();
  }

  private static Optional<Estimate> withTooFewSeeds(
      List<Selection.Sample> samples, ExpectedCheck check) {
    if (check.kind() != CheckKind.STATISTICAL) {
      return Optional.empty();
    }
    return bySeed(samples, check).entrySet().stream()
        .filter(group -> group.getValue().size() < check.minimumSeeds())
        .findFirst()
        .map(group -> interval(group.getValue(), group.getKey()));
  }

  /** What is judged, one by one. */
  private static List<Estimate> estimates(List<Selection.Sample> samples, ExpectedCheck check) {
    if (check.kind() == CheckKind.STATISTICAL) {
      return bySeed(samples, check).entrySet().stream()
          .map(group -> interval(group.getValue(), group.getKey()))
          .toList();
    }
    List<Estimate> values =
        samples.stream()
            .flatMap(s -> s.values().stream().map(value -> value.at(place(s, value))))
            .toList();
    return values.isEmpty() ? values : check.aggregate().apply(values);
  }

  private static String place(Selection.Sample sample, Estimate value) {
    return "%s, seed %s, %s".formatted(sample.arm(), sample.seed(), value.where());
  }

  /**
   * Values by seed: of each arm and step alone if each is judged, else of all arms and steps
   * combined.
   */
  private static Map<String, Map<Long, Double>> bySeed(
      List<Selection.Sample> samples, ExpectedCheck check) {
    Map<String, Map<Long, Double>> groups = new LinkedHashMap<>();
    if (check.aggregate() == Aggregate.EACH) {
      for (Selection.Sample sample : samples) {
        for (Estimate value : sample.values()) {
          groups
              .computeIfAbsent(sample.arm() + ", " + value.where(), _ -> new TreeMap<>())
              .put(sample.seed(), value.value());
        }
      }
      return groups;
    }
    Map<Long, List<Estimate>> all =
        samples.stream()
            .collect(
                Collectors.groupingBy(
                    Selection.Sample::seed,
                    TreeMap::new,
                    Collectors.flatMapping(s -> s.values().stream(), Collectors.toList())));
    all.values().removeIf(List::isEmpty);
    if (!all.isEmpty()) {
      Map<Long, Double> combined = new TreeMap<>();
      all.forEach(
          (seed, values) -> combined.put(seed, check.aggregate().apply(values).getFirst().value()));
      groups.put(check.aggregate().name().toLowerCase(Locale.ROOT), combined);
    }
    return groups;
  }

  /** Mean and the half-width of its two-sided Student interval; no width for a single seed. */
  private static Estimate interval(Map<Long, Double> bySeed, String where) {
    double[] values = bySeed.values().stream().mapToDouble(v -> v).toArray();
    String named = "%s, %s seeds".formatted(where, values.length);
    if (values.length < 2) {
      return new Estimate(values[0], 0, named);
    }
    var interval = StudentInterval.of(values);
    return new Estimate(interval.mean(), interval.halfWidth(), named);
  }

  /** Puts verdicts on one check into words. */
  private static final class Report {
    private static final Estimate NOTHING = new Estimate(Double.NaN, 0, "nowhere");

    private final ExpectedClaim claim;
    private final ExpectedCheck check;
    private List<Estimate> nulls = List.of();
    private Optional<String> otherHead = Optional.empty();

    Report(ExpectedClaim claim, ExpectedCheck check) {
      this.claim = claim;
      this.check = check;
    }

    Verdict notHere(String reason) {
      return verdict(Outcome.SKIPPED, false, NOTHING, Double.NaN, reason);
    }

    Verdict without(Outcome outcome, String reason) {
      return verdict(outcome, check.gates(), NOTHING, Double.NaN, reason);
    }

    Verdict of(Outcome outcome, Estimate value, String reason) {
      return verdict(outcome, check.gates(), value, meanOfNulls(), reason);
    }

    /**
     * The value with the worst outcome, and of those the one farthest out or nearest a bound;
     * beside it the null's value at the same place, or the null's mean if it has other places.
     */
    Verdict worst(List<Estimate> values) {
      int at = 0;
      for (int i = 1; i < values.size(); i++) {
        int order = outcome(values.get(i)).compareTo(outcome(values.get(at)));
        if (order < 0 || (order == 0 && margin(values.get(i)) < margin(values.get(at)))) {
          at = i;
        }
      }
      Estimate worst = values.get(at);
      double atSamePlace = nulls.size() == values.size() ? nulls.get(at).value() : meanOfNulls();
      String all = values.size() == 1 ? "" : "; the worst of " + values.size();
      String reason = "%s (%s%s)".formatted(words(outcome(worst)), worst.where(), all);
      return check.tooSmall().isEmpty()
          ? verdict(outcome(worst), check.gates(), worst, atSamePlace, reason)
          : verdict(
              Outcome.INCONCLUSIVE,
              check.gates(),
              worst,
              atSamePlace,
              check.tooSmall() + "; measured: " + reason);
    }

    private static String words(Outcome outcome) {
      return switch (outcome) {
        case REPRODUCED -> "inside what is expected";
        case NOT_REPRODUCED -> "outside what is expected";
        case INCONCLUSIVE -> "across a bound of what is expected";
        case SKIPPED -> throw new AssertionError("a value is never skipped");
      };
    }

    private double meanOfNulls() {
      return nulls.stream().mapToDouble(Estimate::value).average().orElse(Double.NaN);
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
        Outcome outcome, boolean gates, Estimate measured, double nullValue, String reason) {
      return new Verdict(
          claim.claim(),
          check.id(),
          outcome,
          gates && otherHead.isEmpty(),
          measured.value(),
          measured.low(),
          measured.high(),
          check.low(),
          check.high(),
          check.unit(),
          nullValue,
          check.nullMetric(),
          check.source(),
          check.grade(),
          otherHead.map(head -> besideOf(head) + reason).orElse(reason));
    }

    private String besideOf(String head) {
      return "the claim is about %s heads, and this is one of form %s; "
          .formatted(String.join(" or ", claim.heads()), head);
    }
  }
}
