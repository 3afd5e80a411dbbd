package dev.gatun.results;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

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

  /** What is read of the runs: a check's measurement, or its null. */
  private record Source(String metric, String minusMetric, String minusArm, List<String> arms) {
    static Source measured(ExpectedCheck check) {
      return new Source(check.metric(), check.minusMetric(), check.minusArm(), check.arms());
    }

    static Source ofNull(ExpectedCheck check) {
      return new Source(
          check.nullMetric().isEmpty() ? check.metric() : check.nullMetric(),
          check.minusMetric(),
          check.minusArm(),
          check.nullArms().isEmpty() ? check.arms() : check.nullArms());
    }
  }

  /** Reads what the check asks for from runs of its claim, tier and device. */
  static Selection of(Index index, List<Run> runs, ExpectedCheck check) {
    return of(index, runs, check, Source.measured(check));
  }

  /** Reads its null in the same way; nothing if the check has none or it was not measured. */
  static Selection ofNull(Index index, List<Run> runs, ExpectedCheck check) {
    return check.hasNull()
        ? of(index, runs, check, Source.ofNull(check))
        : new Selection(List.of(), "");
  }

  private static Selection of(Index index, List<Run> runs, ExpectedCheck check, Source source) {
    List<Sample> samples = new ArrayList<>();
    for (Run run : measuring(index, runs, source)) {
      List<Estimate> values = new ArrayList<>();
      String gap = read(index, run, check, source, values);
      if (gap.isEmpty() && !source.minusArm().isEmpty()) {
        gap = subtractArm(index, runs, run, check, source, values);
      }
      if (!gap.isEmpty()) {
        return new Selection(List.of(), gap);
      }
      samples.add(new Sample(run.arm(), run.seed(), values));
    }
    boolean mayLackArms = runs.stream().anyMatch(run -> run.tier().equals(Run.CHECKPOINT));
    return new Selection(
        samples, samples.isEmpty() || mayLackArms ? "" : missingArm(samples, source));
  }

  /** The runs whose metric a check reads. */
  static List<Run> measured(Index index, List<Run> runs, ExpectedCheck check) {
    return measuring(index, runs, Source.measured(check));
  }

  private static List<Run> measuring(Index index, List<Run> runs, Source source) {
    return runs.stream()
        .filter(r -> source.arms().isEmpty() ? !r.isControl() : source.arms().contains(r.arm()))
        .filter(r -> !r.arm().equals(source.minusArm()))
        .filter(r -> !index.metrics(r, source.metric()).isEmpty())
        .toList();
  }

  private static List<Metric> inSteps(List<Metric> metrics, Steps steps) {
    long last = metrics.stream().mapToLong(Metric::step).max().orElse(0);
    return metrics.stream().filter(m -> steps.includes(m.step(), last)).toList();
  }

  /** Adds a run's values; returns what is wrong with them, or nothing. */
  private static String read(
      Index index, Run run, ExpectedCheck check, Source source, List<Estimate> values) {
    List<Metric> metrics = inSteps(index.metrics(run, source.metric()), check.steps());
    List<Estimate> single = new ArrayList<>();
    for (Metric metric : metrics) {
      if (!metric.unit().equals(check.unit())) {
        return "%s is measured in %s and expected in %s"
            .formatted(source.metric(), metric.unit(), check.unit());
      }
      Estimate value = check.scale().to(estimate(metric));
      if (!source.minusMetric().isEmpty()) {
        Optional<Metric> minus =
            index.metrics(run, source.minusMetric()).stream()
                .filter(m -> m.step() == metric.step())
                .findFirst();
        if (minus.isEmpty()) {
          return "run %s has no %s at step %s"
              .formatted(run.id(), source.minusMetric(), metric.step());
        }
        value = value.minus(check.scale().to(estimate(minus.get())));
      }
      single.add(value);
    }
    if (single.size() < check.minimumSteps()) {
      return "run %s shows %s steps of %s and the check needs %s"
          .formatted(run.id(), single.size(), source.metric(), check.minimumSteps());
    }
    values.addAll(
        check.overSteps() == Aggregate.SLOPE
            ? List.of(slope(metrics, single))
            : check.overSteps().apply(single));
    return "";
  }

  /** The change per doubling of the step, by least squares; step 0 has no place on that line. */
  private static Estimate slope(List<Metric> metrics, List<Estimate> values) {
    int[] trained =
        IntStream.range(0, values.size()).filter(i -> metrics.get(i).step() > 0).toArray();
    IntToDoubleFunction doublings = i -> Math.log(metrics.get(i).step()) / Math.log(2);
    double middle = IntStream.of(trained).mapToDouble(doublings).average().orElse(Double.NaN);
    double products = 0;
    double squares = 0;
    for (int i : trained) {
      double x = doublings.applyAsDouble(i) - middle;
      products += x * values.get(i).value();
      squares += x * x;
    }
    return new Estimate(products / squares, 0, "slope of %s steps".formatted(trained.length));
  }

  /** Subtracts the values of the run of equal seed in the other arm. */
  private static String subtractArm(
      Index index,
      List<Run> runs,
      Run run,
      ExpectedCheck check,
      Source source,
      List<Estimate> values) {
    List<Estimate> others = new ArrayList<>();
    for (Run other : runs) {
      if (other.arm().equals(source.minusArm()) && other.seed() == run.seed()) {
        String gap = read(index, other, check, source, others);
        if (!gap.isEmpty()) {
          return gap;
        }
      }
    }
    if (others.size() != values.size()) {
      return "run %s has no partner of seed %s in arm %s"
          .formatted(run.id(), run.seed(), source.minusArm());
    }
    for (int i = 0; i < values.size(); i++) {
      values.set(i, values.get(i).minus(others.get(i)));
    }
    return "";
  }

  private static String missingArm(List<Sample> samples, Source source) {
    return source.arms().stream()
        .filter(arm -> samples.stream().noneMatch(s -> s.arm().equals(arm)))
        .findFirst()
        .map(arm -> "arm %s has no %s".formatted(arm, source.metric()))
        .orElse("");
  }

  private static Estimate estimate(Metric metric) {
    return new Estimate(
        metric.value(),
        Double.isNaN(metric.uncertainty()) ? 0 : metric.uncertainty(),
        "step " + metric.step());
  }
}
