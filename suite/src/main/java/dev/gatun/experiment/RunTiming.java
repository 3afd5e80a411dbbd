package dev.gatun.experiment;

import dev.gatun.backend.Backend;
import dev.gatun.data.TokenizedCorpus;
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
  private static final double ENOUGH_SECONDS = 1;

  /** The first of them allocates, and counts only if there is no other. */
  private static final int LEAST_STEPS = 2;

  private static final int MOST_STEPS = 256;

  /**
   * Seconds after which what a run does is compiled: before that a step takes several times as
   * long. On a GPU its kernels are compiled in the first.
   */
  private static final double WARM_UP_SECONDS = 5;

  private static final int MOST_WARM_UPS = 4;

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

  /** Runs the first steps of a setting again and again, until the code is as fast as it will be. */
  static <S extends RunSetting> void warmUp(
      RunBody<S> body, S setting, Backend backend, ClaimContext context) {
    setting.corpusVocabulary().ifPresent(context::tokens);
    long started = System.nanoTime();
    for (int i = 0; i < MOST_WARM_UPS && secondsSince(started) < WARM_UP_SECONDS; i++) {
      of(body, setting, backend, context);
    }
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

    /** None that a real run finds anything in. */
    @Override
    public Path workFolder() {
      return context.unfinished().resolve("timing");
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
