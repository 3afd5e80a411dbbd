package dev.gatun.results.comparison;

import dev.gatun.results.CheckKind;
import dev.gatun.results.Provenance;
import dev.gatun.results.Run;
import dev.gatun.results.Steps;
import dev.gatun.results.Tolerance;
import dev.gatun.results.Tolerances;
import dev.gatun.results.comparison.Measurements.Sample;
import dev.gatun.results.comparison.Measurements.Site;
import dev.gatun.results.comparison.Measurements.Subject;
import dev.gatun.results.comparison.MetricComparison.Place;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Compares what two machines measured, metric by metric. */
final class MetricComparer {
  private final Machine first;
  private final Machine other;
  private final Measurements firstMeasured;
  private final Measurements otherMeasured;
  private final Tolerances tolerances;
  private final Comparability comparability = new Comparability();
  private final double unitRoundoff;

  MetricComparer(Machine first, Machine other, Tolerances tolerances) {
    this.first = first;
    this.other = other;
    this.tolerances = tolerances;
    firstMeasured = new Measurements(first.evidence());
    otherMeasured = new Measurements(other.evidence());
    unitRoundoff =
        Math.max(
            UnitRoundoff.of(first.entry(Provenance.MATH_MODE)),
            UnitRoundoff.of(other.entry(Provenance.MATH_MODE)));
  }

  /** One comparison per metric and tolerance. */
  List<MetricComparison> compare() {
    List<MetricComparison> all = new ArrayList<>();
    for (Subject subject : subjectsByClaim()) {
      Map<Optional<Tolerance>, List<Site>> parts =
          Measurements.sites(firstMeasured, otherMeasured, subject).stream()
              .collect(
                  Collectors.groupingBy(
                      site -> tolerances.of(run(subject, site), subject.metric(), site.step()),
                      LinkedHashMap::new,
                      Collectors.toList()));
      parts.forEach((tolerance, sites) -> all.add(compare(subject, tolerance, sites)));
    }
    return all;
  }

  /** One that measured a subject there, of either machine. */
  private Run run(Subject subject, Site site) {
    Map<Long, Sample> samples = firstMeasured.at(subject, site);
    return (samples.isEmpty() ? otherMeasured.at(subject, site) : samples)
        .values()
        .iterator()
        .next()
        .run();
  }

  /** Claims in the order in which they ran. */
  private List<Subject> subjectsByClaim() {
    Set<Subject> subjects = Measurements.subjects(firstMeasured, otherMeasured);
    return subjects.stream()
        .collect(Collectors.groupingBy(Subject::claim, LinkedHashMap::new, Collectors.toList()))
        .values()
        .stream()
        .flatMap(List::stream)
        .toList();
  }

  private MetricComparison compare(
      Subject subject, Optional<Tolerance> tolerance, List<Site> sites) {
    List<Place> places = new ArrayList<>();
    String unit = "";
    for (Site site : sites) {
      Map<Long, Sample> a = firstMeasured.at(subject, site);
      Map<Long, Sample> b = otherMeasured.at(subject, site);
      unit = (a.isEmpty() ? b : a).values().iterator().next().unit();
      places.addAll(compare(subject, tolerance, site, a, b));
    }
    return new MetricComparison(
        subject.claim(),
        subject.metric(),
        tolerance.map(Tolerance::steps).orElse(Steps.ALL),
        tolerance.map(Tolerance::kind),
        unit,
        places);
  }

  private List<Place> compare(
      Subject subject,
      Optional<Tolerance> tolerance,
      Site site,
      Map<Long, Sample> a,
      Map<Long, Sample> b) {
    var place = new PlaceComparer(site, a, b, unitRoundoff);
    Optional<String> obstacle = obstacle(subject, a, b);
    if (obstacle.isPresent()) {
      return List.of(place.notComparable(obstacle.get()));
    }
    if (tolerance.isEmpty()) {
      return List.of(place.notComparable("no tolerance is stated in results/tolerances.toml"));
    }
    return tolerance.get().kind() == CheckKind.STATISTICAL
        ? List.of(place.statistical(tolerance.get().within()))
        : place.pointwise(tolerance.get());
  }

  private Optional<String> obstacle(Subject subject, Map<Long, Sample> a, Map<Long, Sample> b) {
    if (a.isEmpty() || b.isEmpty()) {
      Machine lacking = a.isEmpty() ? first : other;
      boolean claimRan = (a.isEmpty() ? firstMeasured : otherMeasured).has(subject.claim());
      return Optional.of(
          claimRan
              ? "not measured on " + lacking.name()
              : "%s was not run on %s".formatted(subject.claim(), lacking.name()));
    }
    for (Sample sample : a.values()) {
      Sample partner = b.getOrDefault(sample.run().seed(), b.values().iterator().next());
      Optional<String> obstacle = comparability.obstacle(sample.run(), partner.run());
      if (obstacle.isPresent()) {
        return obstacle;
      }
      if (!sample.unit().equals(partner.unit())) {
        return Optional.of("other unit: %s against %s".formatted(sample.unit(), partner.unit()));
      }
    }
    return Optional.empty();
  }
}
