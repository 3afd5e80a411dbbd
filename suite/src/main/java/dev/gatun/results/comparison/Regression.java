package dev.gatun.results.comparison;

import dev.gatun.results.Evidence;
import dev.gatun.results.Provenance;
import dev.gatun.results.Run;
import dev.gatun.results.Tolerances;
import dev.gatun.results.comparison.MetricComparison.Place;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether metrics are as before: the same work, measured now and stored earlier. This is the only
 * home of regression bounds, and says nothing about a paper.
 *
 * @param reference name of the stored evidence
 * @param asBefore how many metrics could be compared and lie within their tolerances
 * @param changed those that lie outside them, each at the place where they agree least
 * @param unclear those that were measured on both and could not be compared, or not decided
 */
public record Regression(
    String reference, int asBefore, List<Metric> changed, List<Metric> unclear) {
  private static final String OTHER_RATE = "other configuration: experiment.training.learningRate";
  private static final String OTHER_TEXT = "other corpus";

  /** A metric of a claim, and where it is least as it was. */
  public record Metric(String claim, String metric, Place place) {
    public String inWords() {
      return "%s %s at %s: %.6g before and %.6g now; %s"
          .formatted(
              claim,
              metric,
              place.where(),
              place.first().value(),
              place.other().value(),
              place.reason());
    }
  }

  /**
   * Beside evidence of the same tier, math mode and first seed; empty if the stored one is of
   * another, whose numbers are not expected again, or of other claims.
   */
  public static Optional<Regression> of(Machine stored, Machine now, Tolerances tolerances) {
    boolean sameWork =
        Stream.of(Provenance.MATH_MODE, Provenance.SEED)
                .allMatch(key -> stored.entry(key).equals(now.entry(key)))
            && tiers(stored.evidence()).equals(tiers(now.evidence()))
            && !Collections.disjoint(stored.evidence().claims(), now.evidence().claims());
    return sameWork ? Optional.of(ofSameWork(stored, now, tolerances)) : Optional.empty();
  }

  /** Of the claims that were measured now; metrics that the stored evidence lacks are left out. */
  private static Regression ofSameWork(Machine stored, Machine now, Tolerances tolerances) {
    Evidence sameClaims = stored.evidence().ofClaims(now.evidence().claims());
    var before = new Machine(stored.name(), sameClaims, List.of());
    var comparison = Comparison.of(before, now, tolerances);
    Set<String> otherRates = arms(comparison, OTHER_RATE);
    Set<String> otherTexts = arms(comparison, OTHER_TEXT);
    List<Metric> changed = new ArrayList<>();
    List<Metric> unclear = new ArrayList<>();
    int asBefore = 0;
    for (MetricComparison metric : comparison.metrics()) {
      Predicate<Place> counts =
          place ->
              parts(metric.claim(), place).noneMatch(otherRates::contains)
                  && !(isRatio(place)
                      && parts(metric.claim(), place).anyMatch(otherTexts::contains));
      Optional<Place> differs = first(metric, place -> differs(place) && counts.test(place));
      Optional<Place> open = first(metric, place -> isOpen(place) && counts.test(place));
      differs.ifPresent(place -> changed.add(new Metric(metric.claim(), metric.metric(), place)));
      if (differs.isEmpty() && open.isPresent()) {
        unclear.add(new Metric(metric.claim(), metric.metric(), open.get()));
      } else if (differs.isEmpty() && first(metric, Regression::agrees).isPresent()) {
        asBefore++;
      }
    }
    return new Regression(stored.name(), asBefore, List.copyOf(changed), List.copyOf(unclear));
  }

  private static Set<String> tiers(Evidence evidence) {
    return evidence.runs().stream().map(Run::tier).collect(Collectors.toCollection(TreeSet::new));
  }

  private static Optional<Place> first(MetricComparison metric, Predicate<Place> which) {
    return metric.places().stream().filter(which).findFirst();
  }

  private static boolean differs(Place place) {
    return place.agreement() == Agreement.DIFFERS;
  }

  private static boolean agrees(Place place) {
    return place.agreement() == Agreement.AGREES;
  }

  private static boolean isOpen(Place place) {
    return switch (place.agreement()) {
      case AGREES, DIFFERS -> false;
      case INCONCLUSIVE -> !place.reason().equals(MetricComparison.ONE_SEED);
      case NOT_COMPARABLE -> !Double.isNaN(place.first().value());
    };
  }

  /**
   * The arms that cannot be compared for a reason, each behind its claim. Where two learning rates
   * are equally good, rounding decides which one the trials choose.
   */
  private static Set<String> arms(Comparison comparison, String reason) {
    return comparison.metrics().stream()
        .flatMap(metric ->
            metric.places().stream()
                .filter(place -> place.reason().startsWith(reason))
                .map(place -> metric.claim() + " " + arm(place)))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String arm(Place place) {
    return place.site().split(", ")[0];
  }

  /** A place's arm, or the two arms whose ratio it is, each behind the claim. */
  private static Stream<String> parts(String claim, Place place) {
    return Stream.of(arm(place).split("-over-")).map(part -> claim + " " + part);
  }

  /** A ratio of two arms has no corpus of its own; it is of that of its arms. */
  private static boolean isRatio(Place place) {
    return arm(place).contains("-over-");
  }
}
