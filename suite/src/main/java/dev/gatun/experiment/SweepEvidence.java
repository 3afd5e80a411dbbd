package dev.gatun.experiment;

import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.Metric;
import dev.gatun.results.Run;
import dev.gatun.results.RunRecorder;
import dev.gatun.results.SpectrumRecord;
import java.util.List;

/** Hands what a claim reads of a sweep, which other claims may share, over to its own evidence. */
public final class SweepEvidence {
  private SweepEvidence() {}

  /** Appends to a run of a claim what follows from several runs of the sweep. */
  @FunctionalInterface
  public interface Addition {
    /**
     * Appends metrics.
     *
     * @param measured what the sweep measured in the run
     * @param run the sweep's
     */
    void to(Evidence measured, Run run, RunRecorder own);
  }

  /** The first value of a metric in a run's evidence, which has it. */
  public static double value(Evidence run, String metric) {
    return run.metrics().stream()
        .filter(m -> m.name().equals(metric))
        .mapToDouble(Metric::value)
        .findFirst()
        .orElseThrow();
  }

  /**
   * Begins a run of a claim for every run of a sweep, with all its metrics.
   *
   * @param spectra whether its spectra go with them
   */
  public static void hand(
      String claim, List<Evidence> sweep, boolean spectra, EvidenceBuilder evidence) {
    hand(claim, sweep, spectra, evidence, (_, _, _) -> {});
  }

  /**
   * As above.
   *
   * @param more is asked for each run
   */
  public static void hand(
      String claim,
      List<Evidence> sweep,
      boolean spectra,
      EvidenceBuilder evidence,
      Addition more) {
    for (Evidence part : sweep) {
      for (Run run : part.runs()) {
        RunRecorder own = evidence.beginFrom(run, claim, run.arm(), run.configuration());
        for (Metric metric : part.metrics()) {
          if (metric.run().equals(run.id())) {
            own.metric(
                metric.name(), metric.step(), metric.value(), metric.uncertainty(), metric.unit());
          }
        }
        for (SpectrumRecord spectrum : part.spectra()) {
          if (spectra && spectrum.run().equals(run.id())) {
            own.spectrum(
                spectrum.name(), spectrum.step(), spectrum.singularValues(), spectrum.errorBound());
          }
        }
        more.to(part, run, own);
        own.finish(run.wallSeconds());
      }
    }
  }
}
