package dev.gatun.claims.heads;

import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.Tier;
import dev.gatun.results.EvidenceBuilder;
import java.util.List;

/**
 * C2 (arXiv 2608.16671, a control for A1): the part of the logit gradient that no hidden state sees
 * is not lost, because the head's own weights learn from it. Measured as the validation loss, over
 * the exact model's of the same seed, of a model whose head is updated with G·P_W in place of G;
 * its hidden states see what they always see. Null: a backward pass of rank D takes nothing away.
 */
public final class C2OrthogonalPart implements Claim {
  private final HeadVariantExperiment experiment;

  /** Reads an experiment, which other claims may share. */
  public C2OrthogonalPart(HeadVariantExperiment experiment) {
    this.experiment = experiment;
  }

  @Override
  public String id() {
    return "C2";
  }

  @Override
  public boolean readsCorpus() {
    return true;
  }

  @Override
  public List<PlannedRun<?>> trainings(Tier tier, long seed) {
    return experiment.trainings(tier, seed, id(), HeadVariantPlan::orthogonalArms);
  }

  @Override
  public void run(ClaimContext context, EvidenceBuilder evidence) {
    experiment.record(context, id(), HeadVariantPlan::orthogonalArms, evidence);
  }
}
