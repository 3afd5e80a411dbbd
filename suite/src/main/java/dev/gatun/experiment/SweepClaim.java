package dev.gatun.experiment;

import dev.gatun.backend.Backend;
import dev.gatun.results.EvidenceBuilder;
import java.util.List;
import java.util.Optional;

/**
 * A claim that reads sweeps: its evidence is what its parts record, one after the other.
 *
 * @param parts runs of sweeps, and controls beside them
 */
public record SweepClaim(String id, List<ClaimPart> parts) implements Claim {
  /** Keeps a copy of the list. */
  public SweepClaim {
    parts = List.copyOf(parts);
  }

  /** A claim of these parts. */
  public SweepClaim(String id, ClaimPart... parts) {
    this(id, List.of(parts));
  }

  @Override
  public boolean readsCorpus() {
    return trainings(Tier.QUICK, Seeds.from(1)).stream()
        .anyMatch(run -> run.setting().corpusVocabulary().isPresent());
  }

  @Override
  public List<PlannedRun<?>> trainings(Tier tier, Seeds seeds) {
    return parts.stream()
        .<PlannedRun<?>>flatMap(part -> part.trainings(tier, seeds).stream())
        .toList();
  }

  @Override
  public Optional<Computation> computation(Tier tier, Backend backend) {
    return parts.stream()
        .flatMap(part -> part.computation(tier, backend).stream())
        .reduce(Computation::then);
  }

  @Override
  public void run(ClaimContext context, EvidenceBuilder evidence) {
    parts.forEach(part -> part.run(context, id, evidence));
  }
}
