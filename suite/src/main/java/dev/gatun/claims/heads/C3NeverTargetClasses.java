package dev.gatun.claims.heads;

import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.Tier;
import dev.gatun.results.EvidenceBuilder;
import java.util.List;

/**
 * C3 (arXiv 2608.16671, a control for A6 and A7): more classes alone, at equal data, do no harm.
 * Measured as the validation loss, over the exact model's of the same seed, of models with 256 to
 * 4,096 more classes that are never a target; and as their loss among the classes that do occur,
 * which leaves out the probability that still lies on the others.
 */
public final class C3NeverTargetClasses implements Claim {
  private final HeadVariantExperiment experiment;

  /** Reads an experiment, which other claims may share. */
  public C3NeverTargetClasses(HeadVariantExperiment experiment) {
    this.experiment = experiment;
  }

  @Override
  public String id() {
    return "C3";
  }

  @Override
  public boolean readsCorpus() {
    return true;
  }

  @Override
  public List<PlannedRun<?>> trainings(Tier tier, long seed) {
    return experiment.trainings(tier, seed, id(), HeadVariantPlan::neverArms);
  }

  @Override
  public void run(ClaimContext context, EvidenceBuilder evidence) {
    experiment.record(context, id(), HeadVariantPlan::neverArms, evidence);
  }
}
