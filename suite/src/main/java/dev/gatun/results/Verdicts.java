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
 * error, for a statistical one Student's 95 % interval of the mean over seeds. A value is inside if
 * its interval lies within the bounds, not reproduced if wholly outside, and else undecided; the
 * worst value decides. Where the null lies inside the bounds too, a value that is inside is as its
 * null. What is not finite is not reproduced; without evidence a check is skipped.
 *
 * <p>On folders of the user's, the folders decide which models there are: a check reads those of
 * its arms that are there, and does not count where none is.
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

  /** One verdict per check that concerns the tier, in the order of the expected values. */
  public static List<Verdict> judge(
      Evidence evidence, ExpectedValues expected, String tier, String device) {
    var verdicts = new Verdicts(evidence, tier, device);
    List<Verdict> all = new ArrayList<>();
    for (ExpectedClaim claim : expected.claims()) {
      String corpus = evidence.corpus(claim.claim()).orElse("");
      for (ExpectedCheck check : claim.checks()) {
        if (check.concerns(tier)) {
          all.add(verdicts.judge(claim, check, corpus));
        }
      }
    }
    return all;
  }

  private Verdict judge(ExpectedClaim claim, ExpectedCheck check, String corpus) {
    var report = new CheckReport(claim, check, tier, corpus);
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
    report.ofHead(otherHead(claim, runs, Selection.measured(index, runs, check)));
    var selection = Selection.of(index, runs, check);
    if (!selection.gap().isEmpty()) {
      return report.without(Outcome.UNDECIDED, selection.gap());
    }
    if (selection.samples().isEmpty() && tier.equals(Run.CHECKPOINT)) {
      return report.notHere("no folder that was given is of such a model and step");
    }
    if (selection.samples().isEmpty()) {
      return report.without(
          Outcome.SKIPPED,
          "no evidence of %s at tier %s on %s".formatted(check.metric(), tier, device));
    }
    for (Selection.Sample sample : selection.samples()) {
      for (Estimate value : sample.values()) {
        if (!Double.isFinite(value.value()) || !Double.isFinite(value.halfWidth())) {
          Estimate named = value.at(place(sample, value));
          return report.of(
              Outcome.NOT_REPRODUCED, named, "not a finite number at " + named.where());
        }
      }
    }
    List<Group> groups = groups(selection.samples(), check);
    Optional<Group> tooFew =
        groups.stream().filter(group -> group.seeds() < check.minimumSeeds()).findFirst();
    if (check.kind() == CheckKind.STATISTICAL && tooFew.isPresent()) {
      Estimate value = tooFew.get().estimate();
      return report.of(
          Outcome.UNDECIDED,
          value,
          "%s, and the check needs %s".formatted(value.where(), check.minimumSeeds()));
    }
    return report.worst(groups, groups(Selection.ofNull(index, runs, check).samples(), check));
  }

  /**
   * A head that the claim is not about, if one of the measured runs has such; or if all of the
   * claim's have, whose controls alone decide nothing.
   */
  private static Optional<String> otherHead(
      ExpectedClaim claim, List<Run> runs, List<Run> measured) {
    if (claim.heads().isEmpty()) {
      return Optional.empty();
    }
    boolean allOthers = runs.stream().flatMap(run -> run.head().stream()).noneMatch(claim::isAbout);
    return (allOthers ? runs : measured)
        .stream()
            .flatMap(run -> run.head().stream())
            .filter(head -> !claim.isAbout(head))
            .findFirst();
  }

  /**
   * The values that are judged as one.
   *
   * @param bySeed for a statistical check one value of each seed, in the order of the seeds
   */
  record Group(String where, Map<Long, Estimate> bySeed, Estimate estimate) {
    private static Group statistical(String where, Map<Long, Estimate> bySeed) {
      List<Estimate> values = List.copyOf(bySeed.values());
      if (values.size() == 1) {
        Estimate one = values.getFirst();
        return new Group(where, bySeed, one.at(where + ", one number, no interval"));
      }
      var interval = StudentInterval.of(values.stream().mapToDouble(Estimate::value).toArray());
      return new Group(
          where,
          bySeed,
          new Estimate(
              interval.mean(),
              interval.halfWidth(),
              "%s, %s seeds".formatted(where, values.size())));
    }

    int seeds() {
      return bySeed.size();
    }

    /** This group less another, pair by pair of equal seed where there are two or more. */
    Estimate minus(Group other) {
      double[] pairs =
          bySeed.keySet().stream()
              .filter(other.bySeed::containsKey)
              .mapToDouble(seed -> bySeed.get(seed).value() - other.bySeed.get(seed).value())
              .toArray();
      if (pairs.length < 2) {
        return estimate.minus(other.estimate);
      }
      var interval = StudentInterval.of(pairs);
      return new Estimate(interval.mean(), interval.halfWidth(), where);
    }
  }

  private static List<Group> groups(List<Selection.Sample> samples, ExpectedCheck check) {
    if (check.kind() == CheckKind.STATISTICAL) {
      return bySeed(samples, check).entrySet().stream()
          .map(group -> Group.statistical(group.getKey(), group.getValue()))
          .toList();
    }
    List<Estimate> values =
        samples.stream()
            .flatMap(s -> s.values().stream().map(value -> value.at(place(s, value))))
            .toList();
    return (values.isEmpty() ? values : check.aggregate().apply(values))
        .stream().map(value -> new Group(value.where(), Map.of(), value)).toList();
  }

  private static String place(Selection.Sample sample, Estimate value) {
    return "%s, seed %s, %s".formatted(sample.arm(), sample.seed(), value.where());
  }

  /**
   * Values by seed: of each arm and step alone if each is judged, else of all arms and steps
   * combined.
   */
  private static Map<String, Map<Long, Estimate>> bySeed(
      List<Selection.Sample> samples, ExpectedCheck check) {
    Map<String, Map<Long, Estimate>> groups = new LinkedHashMap<>();
    if (check.aggregate() == Aggregate.EACH) {
      for (Selection.Sample sample : samples) {
        for (Estimate value : sample.values()) {
          groups
              .computeIfAbsent(sample.arm() + ", " + value.where(), _ -> new TreeMap<>())
              .put(sample.seed(), value);
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
      Map<Long, Estimate> combined = new TreeMap<>();
      all.forEach((seed, values) -> combined.put(seed, check.aggregate().apply(values).getFirst()));
      groups.put(check.aggregate().name().toLowerCase(Locale.ROOT), combined);
    }
    return groups;
  }
}
