package dev.gatun.claims.heads;

import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.SweepEvidence;
import dev.gatun.experiment.Tier;
import dev.gatun.results.EvidenceBuilder;
import java.util.List;
import java.util.Set;

/**
 * H1, no claim of a paper but the question that A1 leaves open: does another head let more of the
 * logit gradient through? A1's destroyed norm, taken context by context with the Jacobian of the
 * log-probabilities in the place of W, so that it is defined for heads that amount to no matrix;
 * and the rank of what one step of all hidden states does to the logits, which a linear head keeps
 * at D and a head with a Jacobian of its own at every context does not.
 */
public final class H1OtherHeads implements Claim {
  private static final Set<String> EVIDENCE =
      Set.of(
          "local_destroyed_norm",
          "local_destroyed_norm_unrelated",
          "jacobian_rank_over_width",
          "hidden_step_rank_over_width",
          "loss");

  private final HeadFamilyExperiment experiment;

  /** Reads an experiment. */
  public H1OtherHeads(HeadFamilyExperiment experiment) {
    this.experiment = experiment;
  }

  @Override
  public String id() {
    return "H1";
  }

  @Override
  public String title() {
    return "Every head destroys 95-99 % at each context, whatever its rank";
  }

  @Override
  public boolean readsCorpus() {
    return true;
  }

  @Override
  public List<PlannedRun<?>> trainings(Tier tier, long seed) {
    return experiment.trainings(tier, seed);
  }

  @Override
  public void run(ClaimContext context, EvidenceBuilder evidence) {
    SweepEvidence.hand(id(), experiment.evidence(context, id()), EVIDENCE, evidence);
  }
}
