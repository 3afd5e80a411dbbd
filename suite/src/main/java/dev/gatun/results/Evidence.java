package dev.gatun.results;

import dev.gatun.io.Hash;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Set;

/** Everything measured in one piece of work, from which verdicts are computed. */
public record Evidence(
    Provenance provenance, List<Run> runs, List<Metric> metrics, List<SpectrumRecord> spectra) {

  /** Keeps copies of the lists. */
  public Evidence {
    runs = List.copyOf(runs);
    metrics = List.copyOf(metrics);
    spectra = List.copyOf(spectra);
  }

  /** Several pieces as one, in their order. */
  public static Evidence joined(Provenance provenance, List<Evidence> parts) {
    return new Evidence(
        provenance,
        parts.stream().flatMap(part -> part.runs().stream()).toList(),
        parts.stream().flatMap(part -> part.metrics().stream()).toList(),
        parts.stream().flatMap(part -> part.spectra().stream()).toList());
  }

  /** Of some claims alone. */
  public Evidence ofClaims(Set<String> claims) {
    return new Evidence(
        provenance,
        runs.stream().filter(run -> claims.contains(run.claim())).toList(),
        metrics.stream().filter(metric -> claims.contains(metric.claim())).toList(),
        spectra.stream().filter(spectrum -> claims.contains(spectrum.claim())).toList());
  }

  /** With the hash of the configurations of all runs, in their order, each ended by a zero byte. */
  public Evidence withConfigurationHash() {
    MessageDigest digest = Hash.sha256();
    for (Run run : runs) {
      digest.update(run.configuration().getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
    }
    return new Evidence(
        provenance.with(Provenance.CONFIGURATION_HASH, Hash.hex(digest)), runs, metrics, spectra);
  }
}
