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
 * @param measuring seconds of setting up and the first measurement
 * @param step seconds of a step, the median
 */
record RunTiming(double measuring, double step) {
  private static final int MOST_STEPS = 8;

  /** Enough for a median; slower steps are counted by fewer. */
  private static final double ENOUGH_SECONDS = 1.5;

  /** Seconds of the whole run. */
  double seconds(RunSetting setting) {
    return setting.measurements() * measuring + setting.workInSteps() * step;
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
    private double measuring;

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
    public void report(StepReport step) {
      if (steps.isEmpty()) {
        measuring = (System.nanoTime() - started - step.nanosElapsed()) * 1e-9;
      }
      steps.add(step.nanosElapsed() * 1e-9);
      double spent = steps.stream().mapToDouble(Double::doubleValue).sum();
      if (steps.size() >= MOST_STEPS || spent >= ENOUGH_SECONDS) {
        throw new EnoughSteps();
      }
    }

    /** The first step, which also allocates and warms up, counts only if there is no other. */
    private RunTiming timing() {
      if (steps.isEmpty()) {
        return new RunTiming((System.nanoTime() - started) * 1e-9, 0);
      }
      List<Double> warm =
          steps.subList(Math.min(1, steps.size() - 1), steps.size()).stream().sorted().toList();
      return new RunTiming(Math.max(0, measuring), warm.get(warm.size() / 2));
    }
  }
}
