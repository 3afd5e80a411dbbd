package dev.gatun.claims.bottleneck;

import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.SweepEvidence;
import dev.gatun.experiment.Tier;
import dev.gatun.results.EvidenceBuilder;
import java.util.List;

/** A9: the destroyed norm stays flat through training. Measured as r at checkpoints of each run. */
public final class A9FlatThroughTraining implements Claim {
  private static final List<String> EVIDENCE =
      List.of(
          "destroyed_norm",
          "destroyed_norm_unrelated",
          "destroyed_norm_random_head",
          "kept_over_chance",
          "kept_over_chance_random_head",
          "kept_over_chance_of_targets",
          "target_leverage",
          "loss");

  private final BottleneckExperiment experiment;

  /** Reads an experiment, which other claims may share. */
  public A9FlatThroughTraining(BottleneckExperiment experiment) {
    this.experiment = experiment;
  }

  @Override
  public String id() {
    return "A9";
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
