package dev.gatun.experiment;

import dev.gatun.backend.Backend;
import dev.gatun.results.EvidenceBuilder;
import java.util.List;

/** One sentence of a paper that can be measured. */
public interface Claim {
  /** As {@code A1}. */
  String id();

  /** Whether it trains on the corpus; a claim that does not never asks for it. */
  boolean readsCorpus();

  /** The runs that it asks for at a tier; by default it asks for none. */
  default List<PlannedRun<?>> trainings(Tier tier, long seed) {
    return List.of();
  }

  /**
   * What it will compute at a tier beside trainings, and what that takes on this device: a line
   * each, none by default. May time a small part of it.
   */
  default List<String> computations(Tier tier, Backend backend) {
    return List.of();
  }

  /**
   * Measures the claim and records all numbers; nothing is judged.
   *
   * <p>Each report of progress is a safe point: if the listener throws there, everything finished
   * is stored, and the same work with the same output folder goes on from it.
   *
   * @throws dev.gatun.data.UnusableCorpusException if the corpus cannot be read or is too small
   */
  void run(ClaimContext context, EvidenceBuilder evidence);
}
