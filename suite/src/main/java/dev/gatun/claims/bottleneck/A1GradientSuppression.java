package dev.gatun.claims.bottleneck;

import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.SweepEvidence;
import dev.gatun.experiment.Tier;
import dev.gatun.results.EvidenceBuilder;
import java.util.List;

/**
 * A1: the head suppresses 95 to 99 % of the gradient norm. Measured as r = ‖G − G P_W‖/‖G‖ at D/V
 * of 0.02 to 0.10, beside two nulls that know nothing of the gradient, √(1 − D/V) and a random head
 * of the same size, and beside what the leverage of the targets alone would give.
 */
public final class A1GradientSuppression implements Claim {
  private static final List<String> EVIDENCE =
      List.of(
          "destroyed_norm",
          "kept_norm",
          "destroyed_norm_unrelated",
          "destroyed_norm_random_head",
          "destroyed_norm_excess",
          "random_head_excess",
          "kept_over_chance",
          "kept_over_chance_random_head",
          "kept_over_chance_of_targets",
          "destroyed_norm_of_targets",
          "target_leverage",
          "gradient_norm",
          "head_condition",
          "loss",
          "contexts",
          "distinct_contexts",
          "distinct_targets");

  private final BottleneckExperiment experiment;

  /** Reads an experiment, which other claims may share. */
  public A1GradientSuppression(BottleneckExperiment experiment) {
    this.experiment = experiment;
  }

  @Override
  public String id() {
    return "A1";
  }

  @Override
  public boolean readsCorpus() {
    return true;
  }

  @Override
  public List<PlannedRun<?>> trainings(Tier tier, long seed) {
    return experiment.trainings(tier, seed, id());
  }

  @Override
  public void run(ClaimContext context, EvidenceBuilder evidence) {
    SweepEvidence.hand(id(), experiment.evidence(context, id()), EVIDENCE, evidence);
  }
}
