package dev.gatun.results;

import dev.gatun.io.Hash;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Everything measured in one piece of work, from which verdicts are computed. */
public record Evidence(
    Provenance provenance, List<Run> runs, List<Metric> metrics, List<SpectrumRecord> spectra) {
  /** A message names no more claims than this. */
  private static final int MOST_NAMED = 4;

  /** What joined evidence has in common, beside the tier. */
  private static final List<String> IN_COMMON =
      List.of(
          Provenance.SEED,
          Provenance.MATH_MODE,
          Provenance.DEVICE,
          Provenance.CPU,
          Provenance.CORE_TYPE,
          Provenance.VECTOR_WIDTH);

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
  public Evidence ofClaims(Collection<String> claims) {
    return new Evidence(
        provenance,
        runs.stream().filter(run -> claims.contains(run.claim())).toList(),
        metrics.stream().filter(metric -> claims.contains(metric.claim())).toList(),
        spectra.stream().filter(spectrum -> claims.contains(spectrum.claim())).toList());
  }

  /** The tier of the runs; empty if there are none. */
  public Optional<String> tier() {
    return runs.stream().map(Run::tier).findFirst();
  }

  /** The claims that have runs, in the order of the runs. */
  public List<String> claims() {
    return runs.stream().map(Run::claim).distinct().toList();
  }

  /**
   * The name of the text that a claim's runs read; empty if they read none or several.
   *
   * @throws UnreadableResultsException if a configuration is not JSON
   */
  public Optional<String> corpus(String claim) {
    List<String> names =
        runs.stream()
            .filter(run -> run.claim().equals(claim))
            .flatMap(run -> run.corpus().stream())
            .distinct()
            .toList();
    return names.size() == 1 ? Optional.of(names.getFirst()) : Optional.empty();
  }

  /** How many seeds a claim's runs have. */
  public long seeds(String claim) {
    return runs.stream().filter(run -> run.claim().equals(claim)).map(Run::seed).distinct().count();
  }

  /**
   * Why evidence of some claims cannot be joined with this, in one sentence; empty if it can. All
   * must be of one tier, and what is not replaced of one seed and machine.
   *
   * @param claims of that evidence
   * @param tier of that evidence
   * @param provenance of that evidence
   */
  public Optional<String> obstacle(List<String> claims, String tier, Provenance provenance) {
    for (Run run : runs) {
      if (!run.tier().equals(tier)) {
        return Optional.of(unlike("tier", claims(), run.tier(), claims, tier));
      }
    }
    List<String> others = claims().stream().filter(claim -> !claims.contains(claim)).toList();
    return others.isEmpty()
        ? Optional.empty()
        : IN_COMMON.stream()
            .filter(key -> !this.provenance.entry(key).equals(provenance.entry(key)))
            .findFirst()
            .map(key ->
                unlike(key, others, this.provenance.entry(key), claims, provenance.entry(key)));
  }

  private static String unlike(
      String key, List<String> claims, String value, List<String> others, String other) {
    return "the %s of %s is %s, and that of %s is %s"
        .formatted(key, named(claims), value, named(others), other);
  }

  private static String named(List<String> claims) {
    return claims.size() <= MOST_NAMED
        ? String.join(", ", claims)
        : "%s to %s".formatted(claims.getFirst(), claims.getLast());
  }

  /**
   * This evidence and that of further claims, each with its own provenance. What is here of the
   * same claims is replaced as a whole. Whichever came first, the result is the same.
   *
   * @param more of one claim at least
   * @param expected has the order of the claims in the result
   * @throws IllegalArgumentException if there is an {@link #obstacle}, or two claims have a run of
   *     the same id
   */
  public Evidence joined(Evidence more, ExpectedValues expected) {
    List<String> claims = more.claims();
    obstacle(claims, more.tier().orElseThrow(), more.provenance)
        .ifPresent(why -> {
          throw new IllegalArgumentException(why + "; the two cannot be joined");
        });
    List<String> order = expected.claims().stream().map(ExpectedClaim::claim).toList();
    Map<String, Evidence> byClaim =
        new TreeMap<>(
            Comparator.<String>comparingInt(order::indexOf)
                .thenComparing(Comparator.naturalOrder()));
    claims().forEach(claim -> byClaim.put(claim, ofClaim(claim)));
    claims.forEach(claim -> byClaim.put(claim, more.ofClaim(claim)));
    if (byClaim.size() == claims.size()) {
      return more;
    }
    Map<String, Provenance> provenances = new LinkedHashMap<>();
    byClaim.forEach((claim, evidence) -> provenances.put(claim, evidence.provenance));
    Evidence all = joined(Provenance.joined(provenances), List.copyOf(byClaim.values()));
    all.requireDifferentRuns();
    return all.withConfigurationHash();
  }

  /** The hash of all configurations is left out, which is not that of this claim. */
  private Evidence ofClaim(String claim) {
    Evidence own = ofClaims(List.of(claim));
    return new Evidence(
        provenance.ofClaim(claim).without(Provenance.CONFIGURATION_HASH),
        own.runs,
        own.metrics,
        own.spectra);
  }

  private void requireDifferentRuns() {
    Set<String> ids = new TreeSet<>();
    for (Run run : runs) {
      if (!ids.add(run.id())) {
        throw new IllegalArgumentException(
            "two claims have a run of the id %s; a run belongs to one claim".formatted(run.id()));
      }
    }
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
