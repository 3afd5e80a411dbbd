package dev.gatun.claims;

import dev.gatun.results.EvidenceBuilder;

/** One sentence of a paper that can be measured. */
public interface Claim {
  /** As {@code A1}. */
  String id();

  /** What is claimed, in one line. */
  String title();

  /**
   * Measures the claim and records all numbers; nothing is judged.
   *
   * @throws dev.gatun.data.UnusableCorpusException if the corpus cannot be read or is too small
   */
  void run(ClaimContext context, EvidenceBuilder evidence);
}
