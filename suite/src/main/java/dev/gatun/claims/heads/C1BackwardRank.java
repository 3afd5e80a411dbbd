package dev.gatun.claims.heads;

import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.Tier;
import dev.gatun.results.EvidenceBuilder;
import java.util.List;

/**
 * C1 (arXiv 2608.16671, a control for A7): of what a head of lower rank costs, how much does its
 * lower-rank backward pass cost? Measured as the validation loss, over the exact model's of the
 * same seed, of a model with exact logits whose hidden states see the gradient through the best
 * approximation of the head of rank r, beside a head W = A·B of rank r. Null: a backward pass of
 * rank D takes nothing away.
 */
public final class C1BackwardRank implements Claim {
  private final HeadVariantExperiment experiment;

  /** Reads an experiment, which other claims may share. */
  public C1BackwardRank(HeadVariantExperiment experiment) {
    this.experiment = experiment;
  }

  @Override
  public String id() {
    return "C1";
  }

  @Override
  public boolean readsCorpus() {
    return true;
  }

  @Override
  public List<PlannedRun<?>> trainings(Tier tier, long seed) {
    return experiment.trainings(tier, seed, id(), HeadVariantPlan::backwardArms);
  }

  @Override
  public void run(ClaimContext context, EvidenceBuilder evidence) {
    experiment.record(context, id(), HeadVariantPlan::backwardArms, evidence);
  }
}
