package dev.gatun.results.comparison;

import dev.gatun.results.Evidence;
import dev.gatun.results.Metric;
import dev.gatun.results.Run;
import dev.gatun.results.SpectrumRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Evidence by what is measured and where; in the order of the evidence, seeds ascending. */
final class Measurements {
  /** A metric or a spectrum of a claim. */
  record Subject(String claim, String metric) {}

  /** Where it is measured, but for the seed. */
  record Site(String arm, long step) {}

  /**
   * What one run measured.
   *
   * @param values one number, or the singular values of a spectrum
   * @param error half-width of the measurement's own error, 0 if unknown
   */
  record Sample(Run run, double[] values, double error, String unit) {}

  private final List<Run> runs;
  private final Map<Subject, Map<Site, Map<Long, Sample>>> samples = new LinkedHashMap<>();

  Measurements(Evidence evidence) {
    runs = evidence.runs();
    Map<String, Run> byId =
        runs.stream()
            .collect(Collectors.toMap(Run::id, run -> run, (run, _) -> run, LinkedHashMap::new));
    for (Metric m : evidence.metrics()) {
      double error = Double.isNaN(m.uncertainty()) ? 0 : m.uncertainty();
      add(byId.get(m.run()), m.name(), m.step(), new double[] {m.value()}, error, m.unit());
    }
    for (SpectrumRecord s : evidence.spectra()) {
      double error = Double.isNaN(s.errorBound()) ? 0 : s.errorBound();
      add(byId.get(s.run()), s.name(), s.step(), s.singularValues(), error, "1");
    }
  }

  private void add(Run run, String metric, long step, double[] values, double error, String unit) {
    if (run != null) {
      samples
          .computeIfAbsent(new Subject(run.claim(), metric), _ -> new LinkedHashMap<>())
          .computeIfAbsent(new Site(run.arm(), step), _ -> new TreeMap<>())
          .put(run.seed(), new Sample(run, values, error, unit));
    }
  }

  static Set<Subject> subjects(Measurements first, Measurements other) {
    Set<Subject> all = new LinkedHashSet<>(first.samples.keySet());
    all.addAll(other.samples.keySet());
    return all;
  }

  /** Where either has measured a subject. */
  static Set<Site> sites(Measurements first, Measurements other, Subject subject) {
    Set<Site> all = new LinkedHashSet<>(first.at(subject).keySet());
    all.addAll(other.at(subject).keySet());
    return all;
  }

  private Map<Site, Map<Long, Sample>> at(Subject subject) {
    return samples.getOrDefault(subject, Map.of());
  }

  /** Samples by seed; empty if there is none. */
  Map<Long, Sample> at(Subject subject, Site site) {
    return at(subject).getOrDefault(site, Map.of());
  }

  /** Whether it has a run of a claim. */
  boolean has(String claim) {
    return runs.stream().anyMatch(run -> run.claim().equals(claim));
  }

  /** Numbers of samples that are one number each. */
  static double[] numbers(List<Sample> samples) {
    return samples.stream().mapToDouble(s -> s.values()[0]).toArray();
  }

  static List<Sample> ofSeeds(Map<Long, Sample> samples, Set<Long> seeds) {
    List<Sample> some = new ArrayList<>();
    seeds.forEach(seed -> some.add(samples.get(seed)));
    return some;
  }
}
