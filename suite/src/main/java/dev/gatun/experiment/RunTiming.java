package dev.gatun.experiment;

import dev.gatun.backend.Backend;
import dev.gatun.data.TokenizedCorpus;
import dev.gatun.io.Host;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.RunRecorder;
import dev.gatun.train.StepReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How long a run takes, from its first steps.
 *
 * @param setUp seconds before the first step, without measurements
 * @param measuring seconds of a measurement, the unit of {@link RunSetting#measurements}
 * @param step seconds of a step
 */
record RunTiming(double setUp, double measuring, double step) {
  /** Slower steps are counted by fewer. */
  private static final double ENOUGH_SECONDS = 0.5;

  /** The first of them allocates, and counts only if there is no other. */
  private static final int LEAST_STEPS = 2;

  private static final int MOST_STEPS = 256;

  /** A timing that is faster than the best by less says that there is nothing more to compile. */
  private static final double GAIN = 0.1;

  /** So many timings that are no faster end the search. */
  private static final int NO_FASTER = 2;

  /** No more timings are begun after that. */
  private static final double MOST_SECONDS = 20;

  /** Seconds of the whole run. */
  double seconds(RunSetting setting) {
    return setUp + setting.measurements() * measuring + setting.workInSteps() * step;
  }

  /** Of steps in their order: the median of their second half. */
  static double ofStep(List<Double> seconds) {
    List<Double> late =
        seconds.subList(seconds.size() / 2, seconds.size()).stream().sorted().toList();
    return late.get(late.size() / 2);
  }

  /**
   * Runs the first steps of a setting again and again, until they get no faster: before its code is
   * compiled a step may take a hundred times as long.
   */
  static <S extends RunSetting> RunTiming settled(
      RunBody<S> body, S setting, Backend backend, ClaimContext context) {
    long started = System.nanoTime();
    RunTiming last = of(body, setting, backend, context);
    double best = last.all();
    int noFaster = 0;
    while (noFaster < NO_FASTER && secondsSince(started) < MOST_SECONDS) {
      last = of(body, setting, backend, context);
      noFaster = last.all() < (1 - GAIN) * best ? 0 : noFaster + 1;
      best = Math.min(best, last.all());
    }
    return last;
  }

  private double all() {
    return setUp + measuring + step;
  }

  /** Runs the first steps of a setting. */
  static <S extends RunSetting> RunTiming of(
      RunBody<S> body, S setting, Backend backend, ClaimContext context) {
    setting.corpusVocabulary().ifPresent(context::tokens);
    var stopwatch = new Stopwatch(backend, context);
    RunRecorder nowhere =
        new EvidenceBuilder().begin("timing", "timing", setting.arm(), "", "", setting.seed(), "");
    try {
      body.run(setting, stopwatch, nowhere);
    } catch (EnoughSteps _) {
      return stopwatch.timing();
    }
    return stopwatch.timing();
  }

  private static double secondsSince(long nanos) {
    return (System.nanoTime() - nanos) * 1e-9;
  }

  /** Ends a run that is only timed. */
  private static final class EnoughSteps extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private EnoughSteps() {
      super("timed", null, false, false);
    }
  }

  private static final class Stopwatch implements RunEnvironment {
    private final Backend backend;
    private final ClaimContext context;
    private final long started = System.nanoTime();
    private final List<Double> steps = new ArrayList<>();
    private double setUp = Double.NaN;
    private double measuring = Double.NaN;

    private Stopwatch(Backend backend, ClaimContext context) {
      this.backend = backend;
      this.context = context;
    }

    @Override
    public Backend backend() {
      return backend;
    }

    @Override
    public TokenizedCorpus tokens(int vocabulary) {
      return context.tokens(vocabulary);
    }

    @Override
    public String configuration() {
      return "timing";
    }

    /** Neither a real run nor another process looks into this folder. */
    @Override
    public Path workFolder() {
      return context
          .unfinished()
          .resolve("timing-%s-%s".formatted(Host.name(), ProcessHandle.current().pid()));
    }

    @Override
    public void measure(Runnable measurement) {
      if (Double.isNaN(measuring)) {
        long before = System.nanoTime();
        measurement.run();
        measuring = secondsSince(before);
      }
    }

    @Override
    public void rehearse(Runnable measurement) {
      measure(measurement);
    }

    @Override
    public void report(StepReport step) {
      if (steps.isEmpty()) {
        setUp = Math.max(0, secondsSince(started) - measuring() - step.nanosElapsed() * 1e-9);
      }
      steps.add(step.nanosElapsed() * 1e-9);
      double spent = steps.stream().mapToDouble(Double::doubleValue).sum();
      if (steps.size() >= MOST_STEPS || steps.size() >= LEAST_STEPS && spent >= ENOUGH_SECONDS) {
        throw new EnoughSteps();
      }
    }

    private double measuring() {
      return Double.isNaN(measuring) ? 0 : measuring;
    }

    private RunTiming timing() {
      return steps.isEmpty()
          ? new RunTiming(secondsSince(started) - measuring(), measuring(), 0)
          : new RunTiming(setUp, measuring(), ofStep(steps));
    }
  }
}
