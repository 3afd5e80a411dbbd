package dev.gatun.experiment;

import dev.gatun.experiment.Sensitivity.Flip;
import dev.gatun.experiment.Sensitivity.Measured;
import dev.gatun.results.Evidence;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Outcome;
import dev.gatun.results.Verdict;
import dev.gatun.results.Verdicts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleFunction;

/** Finds out which sizes of a fault are found, and by what. */
final class FaultSearch {
  private static final String TIER = "quick";

  private final FaultFamily family;
  private final Map<Double, Evidence> evidence = new LinkedHashMap<>();

  FaultSearch(FaultFamily family) {
    this.family = family;
  }

  /** Looks for both flip points. */
  Measured measure() {
    long seed = evidence(0).runs().getFirst().seed();
    Flip check = smallest(this::flippedCheck, whyNoCheckFlips());
    Flip metric = smallest(this::changedMetric, "no metric leaves its tolerance");
    return new Measured(
        family.claim(), family.fault(), family.unit(), family.sizes(), seed, check, metric);
  }

  private String whyNoCheckFlips() {
    String needs = expected().of(family.claim()).needs().getOrDefault(TIER, "");
    return needs.isEmpty()
        ? family.blind()
        : ("No bound of a paper decides at this tier; it needs %s. %s"
                .formatted(needs, family.blind()))
            .strip();
  }

  private ExpectedValues expected() {
    return ExpectedValues.shipped().only(List.of(family.claim()));
  }

  /**
   * A check that decides otherwise than without the fault, or that contradicts the paper where it
   * was undecided.
   */
  Optional<String> flippedCheck(double size) {
    Map<String, Verdict> whole = verdicts(0);
    return verdicts(size).values().stream()
        .filter(found -> isFlip(whole.get(found.check()), found))
        .map(Verdict::check)
        .findFirst();
  }

  private static boolean isFlip(Verdict whole, Verdict found) {
    return found.gates()
        && found.outcome().isDecided()
        && found.outcome() != whole.outcome()
        && (whole.outcome().isDecided() || found.outcome() == Outcome.NOT_REPRODUCED);
  }

  private Map<String, Verdict> verdicts(double size) {
    Map<String, Verdict> all = new LinkedHashMap<>();
    Verdicts.judge(evidence(size), expected(), TIER, "cpu")
        .forEach(verdict -> all.put(verdict.check(), verdict));
    return all;
  }

  /** A metric that leaves its regression bound. */
  Optional<String> changedMetric(double size) {
    return PlantedFaults.changed(family.claim(), evidence(0), evidence(size)).stream().findFirst();
  }

  /** Every size is measured once. */
  private Evidence evidence(double size) {
    return evidence.computeIfAbsent(size, family.evidence()::apply);
  }

  /** By bisection, as if what finds a fault found every larger one. */
  private Flip smallest(DoubleFunction<Optional<String>> finding, String otherwise) {
    List<Double> sizes = family.sizes();
    int found = sizes.size() - 1;
    Optional<String> what = finding.apply(sizes.get(found));
    if (what.isEmpty()) {
      if (otherwise.isEmpty()) {
        throw new AssertionError(
            "no check of %s finds any size of its fault; say why".formatted(family.claim()));
      }
      return Flip.never(otherwise);
    }
    int unfound = -1;
    while (found - unfound > 1) {
      int between = (found + unfound) / 2;
      Optional<String> there = finding.apply(sizes.get(between));
      if (there.isPresent()) {
        found = between;
        what = there;
      } else {
        unfound = between;
      }
    }
    return new Flip(sizes.get(found), unfound < 0 ? null : sizes.get(unfound), what.get(), null);
  }
}
