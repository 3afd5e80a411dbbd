package dev.gatun.report;

import dev.gatun.report.chart.Point;
import dev.gatun.results.Evidence;
import dev.gatun.results.Metric;
import dev.gatun.results.Run;
import dev.gatun.results.SpectrumRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Finds runs, metrics and spectra in evidence; everything comes in the order of the evidence. */
final class EvidenceIndex {
  private final List<Run> runs;
  private final Map<String, List<Metric>> metrics = new LinkedHashMap<>();
  private final Map<String, List<SpectrumRecord>> spectra = new LinkedHashMap<>();

  EvidenceIndex(Evidence evidence) {
    runs = evidence.runs();
    for (Metric m : evidence.metrics()) {
      metrics.computeIfAbsent(m.run(), _ -> new ArrayList<>()).add(m);
    }
    for (SpectrumRecord s : evidence.spectra()) {
      spectra.computeIfAbsent(s.run(), _ -> new ArrayList<>()).add(s);
    }
  }

  List<Run> runsOf(String claim) {
    return runs.stream().filter(r -> r.claim().equals(claim)).toList();
  }

  List<Metric> metricsOf(Run run) {
    return metrics.getOrDefault(run.id(), List.of());
  }

  List<SpectrumRecord> spectraOf(Run run) {
    return spectra.getOrDefault(run.id(), List.of());
  }

  /**
   * As {@link #armsWith}, without those of controls, which figures show where they are named alone.
   */
  Map<String, List<Run>> armsButControlsWith(String claim, String metric) {
    Map<String, List<Run>> arms = armsWith(claim, metric);
    arms.keySet().removeIf(arm -> arm.startsWith(Run.CONTROL));
    return arms;
  }

  /** Arms of a claim that have a metric, each with its runs: one run per seed. */
  Map<String, List<Run>> armsWith(String claim, String metric) {
    var arms = new LinkedHashMap<String, List<Run>>();
    for (Run run : runsOf(claim)) {
      if (metricsOf(run).stream().anyMatch(m -> m.name().equals(metric))) {
        arms.computeIfAbsent(run.arm(), _ -> new ArrayList<>()).add(run);
      }
    }
    return arms;
  }

  /** Arms of a claim that have points of a curve, each with its runs. */
  Map<String, List<Run>> armsWithCurve(String claim, String curve) {
    var arms = new LinkedHashMap<String, List<Run>>();
    for (Run run : runsOf(claim)) {
      if (metricsOf(run).stream().anyMatch(m -> isPoint(m, curve))) {
        arms.computeIfAbsent(run.arm(), _ -> new ArrayList<>()).add(run);
      }
    }
    return arms;
  }

  /**
   * A curve over something else than the training step: x is where a point stands on it, y its
   * value at the last step as in {@link #overSteps}.
   */
  List<Point> curve(List<Run> arm, String curve) {
    var names = new TreeMap<Double, String>();
    for (Run run : arm) {
      for (Metric m : metricsOf(run)) {
        if (isPoint(m, curve)) {
          names.put(m.at(), m.name());
        }
      }
    }
    var points = new ArrayList<Point>();
    names.forEach((x, name) -> {
      Point last = overSteps(arm, name).getLast();
      points.add(new Point(x, last.y(), last.low(), last.high()));
    });
    return points;
  }

  private static boolean isPoint(Metric metric, String curve) {
    return metric.curve().equals(curve) && !Double.isNaN(metric.at());
  }

  /**
   * A metric over steps: x is the step, y the mean over the runs, the interval their range, or the
   * metric's own uncertainty where there is one run.
   */
  List<Point> overSteps(List<Run> arm, String metric) {
    var byStep = new TreeMap<Long, List<Metric>>();
    for (Run run : arm) {
      for (Metric m : metricsOf(run)) {
        if (m.name().equals(metric)) {
          byStep.computeIfAbsent(m.step(), _ -> new ArrayList<>()).add(m);
        }
      }
    }
    return byStep.entrySet().stream().map(e -> summary(e.getKey(), e.getValue())).toList();
  }

  /** The metric's point at its last step, or empty if the arm lacks it. */
  Optional<Point> last(List<Run> arm, String metric) {
    List<Point> points = overSteps(arm, metric);
    return points.isEmpty() ? Optional.empty() : Optional.of(points.getLast());
  }

  private static Point summary(double x, List<Metric> metrics) {
    var statistics = metrics.stream().mapToDouble(Metric::value).summaryStatistics();
    double error = metrics.getFirst().uncertainty();
    double mean = statistics.getAverage();
    if (metrics.size() == 1 && Double.isFinite(error)) {
      return new Point(x, mean, mean - error, mean + error);
    }
    return new Point(x, mean, statistics.getMin(), statistics.getMax());
  }
}
