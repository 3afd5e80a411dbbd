package dev.gatun.results;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The part of the evidence that a check reads: for each run that has the metric, its values in the
 * order of the steps, combined as the check says.
 *
 * @param gap why the evidence cannot be judged although some is there; empty if it can
 */
record Selection(List<Sample> samples, String gap) {

  /** The values of one run. */
  record Sample(String arm, long seed, List<Estimate> values) {}

  private record Key(String run, String metric) {}

  /** Evidence by run and metric, so that each check need not search it all. */
  static final class Index {
    private final List<Run> runs;
    private final Map<Key, List<Metric>> metrics;

    Index(Evidence evidence) {
      runs = evidence.runs();
      metrics =
          evidence.metrics().stream()
              .collect(
                  Collectors.groupingBy(
                      m -> new Key(m.run(), m.name()), LinkedHashMap::new, Collectors.toList()));
    }

    List<Metric> metrics(Run run, String name) {
      return metrics.getOrDefault(new Key(run.id(), name), List.of());
    }

    /** Runs of a claim at a tier and on a device; published numbers belong to every device. */
    List<Run> runs(String claim, String tier, String device) {
      return runs.stream()
          .filter(r ->
              r.claim().equals(claim)
                  && r.tier().equals(tier)
                  && (r.device().equals(device) || r.device().equals(Run.PUBLISHED)))
          .toList();
    }
  }

  /** Reads what the check asks for from runs of its claim, tier and device. */
  static Selection of(Index index, List<Run> runs, ExpectedCheck check) {
    List<Sample> samples = new ArrayList<>();
    for (Run run : measuring(check.metric(), index, runs, check)) {
      List<Estimate> values = new ArrayList<>();
      String gap = read(index, run, check, values);
      if (gap.isEmpty() && !check.minusArm().isEmpty()) {
        gap = subtractArm(index, runs, run, check, values);
      }
      if (!gap.isEmpty()) {
        return new Selection(List.of(), gap);
      }
      samples.add(new Sample(run.arm(), run.seed(), values));
    }
    return new Selection(samples, samples.isEmpty() ? "" : missingArm(samples, check));
  }

  /** What the null metric of a check gives over the same runs and steps, nothing subtracted. */
  static List<Sample> ofNull(Index index, List<Run> runs, ExpectedCheck check) {
    return measuring(check.nullMetric(), index, runs, check).stream()
        .map(run -> {
          List<Metric> metrics = inSteps(index.metrics(run, check.nullMetric()), check.steps());
          List<Estimate> values = metrics.stream().map(Selection::estimate).toList();
          return new Sample(
              run.arm(), run.seed(), values.isEmpty() ? values : check.overSteps().apply(values));
        })
        .toList();
  }

  /** The runs whose metric a check reads. */
  static List<Run> measured(Index index, List<Run> runs, ExpectedCheck check) {
    return measuring(check.metric(), index, runs, check);
  }

  private static List<Run> measuring(
      String metric, Index index, List<Run> runs, ExpectedCheck check) {
    return runs.stream()
        .filter(r -> check.arms().isEmpty() || check.arms().contains(r.arm()))
        .filter(r -> !r.arm().equals(check.minusArm()))
        .filter(r -> !index.metrics(r, metric).isEmpty())
        .toList();
  }

  private static List<Metric> inSteps(List<Metric> metrics, Steps steps) {
    long last = metrics.stream().mapToLong(Metric::step).max().orElse(0);
    return metrics.stream().filter(m -> steps.includes(m.step(), last)).toList();
  }

  /** Adds a run's values; returns what is wrong with them, or nothing. */
  private static String read(Index index, Run run, ExpectedCheck check, List<Estimate> values) {
    List<Estimate> single = new ArrayList<>();
    for (Metric metric : inSteps(index.metrics(run, check.metric()), check.steps())) {
      if (!metric.unit().equals(check.unit())) {
        return "%s is measured in %s and expected in %s"
            .formatted(check.metric(), metric.unit(), check.unit());
      }
      Estimate value = estimate(metric);
      if (!check.minusMetric().isEmpty()) {
        Optional<Metric> minus =
            index.metrics(run, check.minusMetric()).stream()
                .filter(m -> m.step() == metric.step())
                .findFirst();
        if (minus.isEmpty()) {
          return "run %s has no %s at step %s"
              .formatted(run.id(), check.minusMetric(), metric.step());
        }
        value = value.minus(estimate(minus.get()));
      }
      single.add(value);
    }
    if (single.size() < check.minimumSteps()) {
      return "run %s shows %s steps of %s and the check needs %s"
          .formatted(run.id(), single.size(), check.metric(), check.minimumSteps());
    }
    values.addAll(check.overSteps().apply(single));
    return "";
  }

  /** Subtracts the values of the run of equal seed in the other arm. */
  private static String subtractArm(
      Index index, List<Run> runs, Run run, ExpectedCheck check, List<Estimate> values) {
    List<Estimate> others = new ArrayList<>();
    for (Run other : runs) {
      if (other.arm().equals(check.minusArm()) && other.seed() == run.seed()) {
        String gap = read(index, other, check, others);
        if (!gap.isEmpty()) {
          return gap;
        }
      }
    }
    if (others.size() != values.size()) {
      return "run %s has no partner of seed %s in arm %s"
          .formatted(run.id(), run.seed(), check.minusArm());
    }
    for (int i = 0; i < values.size(); i++) {
      values.set(i, values.get(i).minus(others.get(i)));
    }
    return "";
  }

  private static String missingArm(List<Sample> samples, ExpectedCheck check) {
    return check.arms().stream()
        .filter(arm -> samples.stream().noneMatch(s -> s.arm().equals(arm)))
        .findFirst()
        .map(arm -> "arm %s has no %s".formatted(arm, check.metric()))
        .orElse("");
  }

  private static Estimate estimate(Metric metric) {
    return new Estimate(
        metric.value(),
        Double.isNaN(metric.uncertainty()) ? 0 : metric.uncertainty(),
        "step " + metric.step());
  }
}
