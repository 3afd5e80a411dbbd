package dev.gatun.results.comparison;

import dev.gatun.results.Evidence;
import dev.gatun.results.Verdict;
import java.util.List;
import java.util.Set;

/**
 * What one machine or device measured.
 *
 * @param name that tells it from the others, for people
 * @param verdicts on the evidence, by the expected values of today
 */
public record Machine(String name, Evidence evidence, List<Verdict> verdicts) {
  /** Keeps a copy of the list. */
  public Machine {
    verdicts = List.copyOf(verdicts);
  }

  /** The same machine with its evidence and verdicts on some claims only. */
  public Machine ofClaims(Set<String> claims) {
    return new Machine(
        name,
        evidence.ofClaims(claims),
        verdicts.stream().filter(verdict -> claims.contains(verdict.claim())).toList());
  }

  /** As {@link dev.gatun.results.Provenance#entry}. */
  public String entry(String key) {
    return evidence.provenance().entry(key);
  }
}
