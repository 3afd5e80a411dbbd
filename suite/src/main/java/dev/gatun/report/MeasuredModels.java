package dev.gatun.report;

import dev.gatun.report.chart.Point;
import dev.gatun.results.Evidence;
import dev.gatun.results.Metric;
import dev.gatun.results.Run;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs of {@code gatun measure}: arms are models, or models on texts; a run for each step. */
final class MeasuredModels {
  private final Evidence evidence;
  private final EvidenceIndex index;
  private final Map<String, List<Run>> arms = new LinkedHashMap<>();

  MeasuredModels(Evidence evidence) {
    this.evidence = evidence;
    this.index = new EvidenceIndex(evidence);
    for (Run run : evidence.runs()) {
      arms.computeIfAbsent(run.arm(), _ -> new ArrayList<>()).add(run);
    }
  }

  List<String> arms() {
    return List.copyOf(arms.keySet());
  }

  List<Run> runs() {
    return evidence.runs();
  }

  /** The run of an arm at its last step. */
  Run last(String arm) {
    return arms.get(arm).stream().max(Comparator.comparingLong(this::step)).orElseThrow();
  }

  long step(Run run) {
    return index.metricsOf(run).stream().mapToLong(Metric::step).max().orElse(Metric.NO_STEP);
  }

  Optional<Point> value(Run run, String metric) {
    return index.last(List.of(run), metric);
  }

  /** A curve of an arm at its last step. */
  List<Point> curve(String arm, String curve) {
    return index.curve(List.of(last(arm)), curve);
  }

  /** A metric of an arm over training. */
  List<Point> overSteps(String arm, String metric) {
    return index.overSteps(arms.get(arm), metric);
  }

  /** A metric of an arm at its last step, over another one. */
  Optional<Point> over(String arm, String x, String y) {
    return value(last(arm), x)
        .flatMap(at -> value(last(arm), y).map(p -> new Point(at.y(), p.y(), p.low(), p.high())));
  }

  /** The last run of an arm as if it were one of a claim, for that claim's figures. */
  EvidenceIndex asClaim(String arm, String claim) {
    Run of = last(arm);
    Run renamed =
        new Run(
            of.id(),
            claim,
            of.arm(),
            of.tier(),
            of.device(),
            of.seed(),
            of.configuration(),
            of.wallSeconds());
    return new EvidenceIndex(
        new Evidence(
            evidence.provenance(),
            List.of(renamed),
            evidence.metrics().stream().filter(m -> m.run().equals(of.id())).toList(),
            evidence.spectra().stream().filter(s -> s.run().equals(of.id())).toList()));
  }

  /** Singular values of an arm's last run relative to the largest, over their index. */
  List<Point> spectrum(String arm, String name) {
    return index.spectraOf(last(arm)).stream()
        .filter(s -> s.name().equals(name))
        .findFirst()
        .map(s -> SpectrumPoints.of(s.singularValues()))
        .orElse(List.of());
  }
}
