package dev.gatun.results;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Appends what one run measures. */
public final class RunRecorder {
  private final UnaryOperator<String> naming;
  private final Recorded recorded;

  /** What all recorders of a run append to. */
  private static final class Recorded {
    private Run run;
    private final List<Metric> metrics = new ArrayList<>();
    private final List<SpectrumRecord> spectra = new ArrayList<>();

    Recorded(Run run) {
      this.run = run;
    }
  }

  RunRecorder(Run run) {
    this(name -> name, new Recorded(run));
  }

  private RunRecorder(UnaryOperator<String> naming, Recorded recorded) {
    this.naming = naming;
    this.recorded = recorded;
  }

  /** Appends to the same run, under the names that {@link CurveName#centred} gives. */
  public RunRecorder centred() {
    return new RunRecorder(CurveName::centred, recorded);
  }

  /**
   * Appends to the same run, under names as {@code destroyed_norm_training}: measured on contexts
   * of the text that is trained on, where those without this ending are of held-out text.
   */
  public RunRecorder ofTrainingText() {
    return new RunRecorder(name -> naming.apply(name) + "_training", recorded);
  }

  public String id() {
    return run().id();
  }

  /** Appends a number whose own error is not known. */
  public void metric(String name, long step, double value, String unit) {
    metric(name, step, value, Double.NaN, unit);
  }

  /** Appends a number with the half-width of its own error. */
  public void metric(String name, long step, double value, double uncertainty, String unit) {
    synchronized (recorded) {
      Run run = recorded.run;
      recorded.metrics.add(
          new Metric(run.id(), run.claim(), naming.apply(name), step, value, uncertainty, unit));
    }
  }

  /** Appends singular values, descending, with an absolute bound on their error. */
  public void spectrum(String name, long step, double[] singularValues, double errorBound) {
    synchronized (recorded) {
      Run run = recorded.run;
      recorded.spectra.add(
          new SpectrumRecord(
              run.id(), run.claim(), naming.apply(name), step, singularValues, errorBound));
    }
  }

  /** Ends the run; until then its wall time is NaN. */
  public void finish(double wallSeconds) {
    synchronized (recorded) {
      recorded.run = recorded.run.took(wallSeconds);
    }
  }

  Run run() {
    synchronized (recorded) {
      return recorded.run;
    }
  }

  List<Metric> metrics() {
    synchronized (recorded) {
      return List.copyOf(recorded.metrics);
    }
  }

  List<SpectrumRecord> spectra() {
    synchronized (recorded) {
      return List.copyOf(recorded.spectra);
    }
  }
}
