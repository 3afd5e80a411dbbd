package dev.gatun.experiment;

import dev.gatun.backend.Backend;
import dev.gatun.model.TrainingMemory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What planned runs will take on this machine, before they start.
 *
 * @param groups runs that differ in seed, rate or arm alone, in the order of the plan
 * @param jobs how many runs go on at once
 * @param freeBytes what the device could give; empty where that is not known
 */
public record RunEstimate(List<Group> groups, int jobs, OptionalLong freeBytes) {

  /**
   * Runs that cost the same.
   *
   * @param experiment that they belong to
   * @param setting the first of them
   * @param runs how many there are
   * @param unfinished how many of them are still to be run
   * @param memory of the training of one
   * @param measurementBytes memory that one takes beside that
   * @param seconds of one; empty where nothing was timed
   * @param epochs how often one reads its corpus; empty where none was read
   */
  public record Group(
      String experiment,
      RunSetting setting,
      int runs,
      int unfinished,
      TrainingMemory memory,
      long measurementBytes,
      OptionalDouble seconds,
      OptionalDouble epochs) {
    public long bytes() {
      return memory.total() + measurementBytes;
    }
  }

  private record Cost(
      Sweep<?> sweep,
      Object model,
      int batch,
      int length,
      long steps,
      long measurements,
      long measurementBytes) {}

  /** Runs whose first steps cost the same. */
  private record Shape(Sweep<?> sweep, Object model, int batch, int length) {}

  /** Is told what is timed. */
  @FunctionalInterface
  public interface Listener {
    /** Called before a model is timed. */
    void timing(int done, int total, RunSetting setting);
  }

  /** Memory alone, which takes no time to know. */
  public static RunEstimate ofMemory(PlannedRuns plan, Backend backend, int jobs) {
    return new RunEstimate(
        grouped(plan, backend).values().stream().map(Runs::withoutTime).toList(),
        jobs,
        backend.freeMemoryBytes());
  }

  /**
   * Memory, and time from the first steps of every model that is still to be trained.
   *
   * @throws java.util.concurrent.CancellationException if the listener throws it
   */
  public static RunEstimate of(PlannedRuns plan, ClaimContext context, Listener listener) {
    int jobs = context.jobs().map(JobBackends::jobs).orElse(1);
    Map<Cost, Runs> groups = grouped(plan, context.backend());
    groups.values().forEach(runs -> runs.dropFinished(context));
    if (jobs == 1) {
      return timed(groups, context, context.backend(), jobs, listener);
    }
    try (Backend backend = context.jobs().orElseThrow().open(0)) {
      return timed(groups, context, backend, jobs, listener);
    }
  }

  private static RunEstimate timed(
      Map<Cost, Runs> groups, ClaimContext context, Backend backend, int jobs, Listener listener) {
    // Of equal shapes the one that measures least is timed.
    var cheapest = new LinkedHashMap<Shape, PlannedRun<?>>();
    for (Runs runs : groups.values()) {
      if (!runs.unfinished.isEmpty()) {
        cheapest.merge(
            shape(runs.unfinished.getFirst()),
            runs.unfinished.getFirst(),
            (a, b) -> b.setting().measurements() < a.setting().measurements() ? b : a);
      }
    }
    var timings = new LinkedHashMap<Shape, RunTiming>();
    cheapest.forEach((shape, run) -> {
      listener.timing(timings.size(), cheapest.size(), run.setting());
      timings.put(shape, time(run, context, backend));
    });
    return new RunEstimate(
        groups.values().stream().map(runs -> runs.withTime(timings, context)).toList(),
        jobs,
        backend.freeMemoryBytes());
  }

  private static <S extends RunSetting> RunTiming time(
      PlannedRun<S> run, ClaimContext context, Backend backend) {
    return run.sweep().time(context, backend, run.setting());
  }

  private static Shape shape(PlannedRun<?> run) {
    RunSetting setting = run.setting();
    return new Shape(run.sweep(), setting.model(), setting.batch(), setting.length());
  }

  private static Map<Cost, Runs> grouped(PlannedRuns plan, Backend backend) {
    var groups = new LinkedHashMap<Cost, Runs>();
    for (PlannedRun<?> run : plan.runs()) {
      RunSetting setting = run.setting();
      long measurementBytes = setting.measurementBytes(backend);
      var cost =
          new Cost(
              run.sweep(),
              setting.model(),
              setting.batch(),
              setting.length(),
              setting.steps(),
              setting.measurements(),
              measurementBytes);
      groups.computeIfAbsent(cost, _ -> new Runs(run, backend, measurementBytes)).add(run);
    }
    return groups;
  }

  /** A group in the making. */
  private static final class Runs {
    private final PlannedRun<?> first;
    private final TrainingMemory memory;
    private final long measurementBytes;
    private int count;
    private List<PlannedRun<?>> unfinished = new ArrayList<>();

    private Runs(PlannedRun<?> first, Backend backend, long measurementBytes) {
      this.first = first;
      RunSetting setting = first.setting();
      this.memory =
          TrainingMemory.of(
              setting.model(),
              setting.batch(),
              setting.length(),
              backend.real(),
              backend.workingSetBytes());
      this.measurementBytes = measurementBytes;
    }

    private void add(PlannedRun<?> run) {
      count++;
      unfinished.add(run);
    }

    private void dropFinished(ClaimContext context) {
      unfinished =
          unfinished.stream()
              .<PlannedRun<?>>map(r -> r)
              .filter(r -> !isFinished(r, context))
              .toList();
    }

    private static <S extends RunSetting> boolean isFinished(
        PlannedRun<S> run, ClaimContext context) {
      return run.sweep().isFinished(context, run.setting());
    }

    private Group withoutTime() {
      return group(OptionalDouble.empty(), OptionalDouble.empty());
    }

    private Group withTime(Map<Shape, RunTiming> timings, ClaimContext context) {
      RunTiming timing = timings.get(shape(first));
      return group(
          timing == null
              ? OptionalDouble.empty()
              : OptionalDouble.of(timing.seconds(first.setting())),
          epochs(context));
    }

    private OptionalDouble epochs(ClaimContext context) {
      return first.setting().corpusVocabulary().stream()
          .mapToDouble(v -> (double) first.setting().tokens() / context.tokens(v).train().length)
          .findFirst();
    }

    private Group group(OptionalDouble seconds, OptionalDouble epochs) {
      return new Group(
          first.sweep().name(),
          first.setting(),
          count,
          unfinished.size(),
          memory,
          measurementBytes,
          seconds,
          epochs);
    }
  }

  /** Seconds of all runs that are still to be run; empty where nothing was timed. */
  public OptionalDouble seconds() {
    List<Group> timed = groups.stream().filter(g -> g.seconds().isPresent()).toList();
    if (timed.isEmpty()) {
      return OptionalDouble.empty();
    }
    double work = timed.stream().mapToDouble(g -> g.unfinished() * g.seconds().getAsDouble()).sum();
    double longest =
        timed.stream()
            .filter(g -> g.unfinished() > 0)
            .mapToDouble(g -> g.seconds().getAsDouble())
            .max()
            .orElse(0);
    return OptionalDouble.of(Math.max(longest, work / jobs));
  }

  /** Whose run takes the most memory; there must be a group. */
  public Group largest() {
    return Collections.max(groups, Comparator.comparingLong(Group::bytes));
  }

  /** The most memory that runs hold at once. */
  public long bytes() {
    return groups.stream()
        .flatMap(g -> Collections.nCopies(Math.min(g.unfinished(), jobs), g.bytes()).stream())
        .sorted(Comparator.reverseOrder())
        .limit(jobs)
        .mapToLong(Long::longValue)
        .sum();
  }
}
