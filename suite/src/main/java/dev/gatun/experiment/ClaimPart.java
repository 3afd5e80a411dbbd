package dev.gatun.experiment;

import dev.gatun.backend.Backend;
import dev.gatun.results.EvidenceBuilder;
import java.util.List;
import java.util.Optional;

/** What one experiment, or a control beside it, contributes to a claim. */
public interface ClaimPart {
  /** The runs that it asks for, none by default; see {@link Claim#trainings}. */
  default List<PlannedRun<?>> trainings(Tier tier, Seeds seeds) {
    return List.of();
  }

  /** What it will compute beside them, nothing by default; see {@link Claim#computation}. */
  default Optional<Computation> computation(Tier tier, Backend backend) {
    return Optional.empty();
  }

  /** Measures and records under the claim's id; see {@link Claim#run}. */
  void run(ClaimContext context, String claim, EvidenceBuilder evidence);
}
