package dev.gatun.results.comparison;

import dev.gatun.results.Evidence;
import dev.gatun.results.Verdict;
import java.util.List;

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

  /** As {@link dev.gatun.results.Provenance#entry}. */
  public String entry(String key) {
    return evidence.provenance().entry(key);
  }
}
