package dev.gatun.experiment;

import dev.gatun.backend.Backend;
import dev.gatun.results.EvidenceBuilder;
import java.util.List;
import java.util.Optional;

/** One sentence of a paper that can be measured. */
public interface Claim {
  /** As {@code A1}. */
  String id();

  /** Whether it trains on the corpus; a claim that does not never asks for it. */
  boolean readsCorpus();

  /** The runs that it asks for at a tier; by default it asks for none. */
  default List<PlannedRun<?>> trainings(Tier tier, Seeds seeds) {
    return List.of();
  }

  /**
   * What it will compute at a tier beside trainings, if that takes long; by default it does not.
   * May time a small part of it.
   */
  default Optional<Computation> computation(Tier tier, Backend backend) {
    return Optional.empty();
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
