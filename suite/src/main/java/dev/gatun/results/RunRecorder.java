package dev.gatun.results;

import java.util.ArrayList;
import java.util.List;

/** Appends what one run measures. */
public final class RunRecorder {
  private Run run;
  private final List<Metric> metrics = new ArrayList<>();
  private final List<SpectrumRecord> spectra = new ArrayList<>();

  RunRecorder(Run run) {
    this.run = run;
  }

  /** Id of the run. */
  public synchronized String id() {
    return run.id();
  }

  /** Appends a number whose own error is not known. */
  public void metric(String name, long step, double value, String unit) {
    metric(name, step, value, Double.NaN, unit);
  }

  /** Appends a number with the half-width of its own error. */
  public synchronized void metric(
      String name, long step, double value, double uncertainty, String unit) {
    metrics.add(new Metric(run.id(), run.claim(), name, step, value, uncertainty, unit));
  }

  /** Appends singular values, descending, with an absolute bound on their error. */
  public synchronized void spectrum(
      String name, long step, double[] singularValues, double errorBound) {
    spectra.add(new SpectrumRecord(run.id(), run.claim(), name, step, singularValues, errorBound));
  }

  /** Ends the run; until then its wall time is NaN. */
  public synchronized void finish(double wallSeconds) {
    run = run.took(wallSeconds);
  }

  synchronized Run run() {
    return run;
  }

  synchronized List<Metric> metrics() {
    return List.copyOf(metrics);
  }

  synchronized List<SpectrumRecord> spectra() {
    return List.copyOf(spectra);
  }
}
