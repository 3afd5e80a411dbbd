package dev.gatun.experiment;

import dev.gatun.results.EvidenceBuilder;
import java.util.List;

/** What one experiment contributes to a claim that several answer together. */
public interface ClaimPart {
  /** The runs that it asks for; see {@link Claim#trainings}. */
  List<PlannedRun<?>> trainings(Tier tier, long seed);

  /** Measures and records under the claim's id; see {@link Claim#run}. */
  void run(ClaimContext context, String claim, EvidenceBuilder evidence);
}
