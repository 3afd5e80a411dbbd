package dev.gatun.results;

import java.util.List;

/** Everything measured in one piece of work, from which verdicts are computed. */
public record Evidence(
    Provenance provenance, List<Run> runs, List<Metric> metrics, List<SpectrumRecord> spectra) {

  /** Keeps copies of the lists. */
  public Evidence {
    runs = List.copyOf(runs);
    metrics = List.copyOf(metrics);
    spectra = List.copyOf(spectra);
  }
}
