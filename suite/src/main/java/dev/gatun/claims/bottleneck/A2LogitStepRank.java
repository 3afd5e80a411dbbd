package dev.gatun.claims.bottleneck;

import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.SweepEvidence;
import dev.gatun.experiment.Tier;
import dev.gatun.results.EvidenceBuilder;
import java.util.List;

/**
 * A2: one gradient step moves the logits by a matrix of rank at most 2D, while the gradient, the
 * direction the logits should take, has a higher rank. Measured as the number of exact singular
 * values above their error bound, of ΔL = −η(GWWᵀ + HHᵀG) and of G, and as what ΔL has beyond its
 * first 2D components. The spectrum of ΔL falls fast, so that the number above the bound stays well
 * below 2D; the tail is the sharper measure.
 */
public final class A2LogitStepRank implements Claim {
  private static final List<String> EVIDENCE =
      List.of(
          "rank_cap",
          "step_rank",
          "step_rank_over_cap",
          "step_tail_beyond_cap",
          "gradient_rank",
          "gradient_rank_over_cap",
          "logit_gradient",
          "logit_step",
          "contexts",
          "distinct_contexts",
          "distinct_targets");

  private final BottleneckExperiment experiment;

  /** Reads an experiment, which other claims may share. */
  public A2LogitStepRank(BottleneckExperiment experiment) {
    this.experiment = experiment;
  }

  @Override
  public String id() {
    return "A2";
  }

  @Override
  public boolean readsCorpus() {
    return true;
  }

  @Override
  public List<PlannedRun<?>> trainings(Tier tier, long seed) {
    return experiment.trainingsWithSpectra(tier, seed, id());
  }

  @Override
  public void run(ClaimContext context, EvidenceBuilder evidence) {
    SweepEvidence.hand(id(), experiment.withSpectra(context, id()), EVIDENCE, evidence);
  }
}
