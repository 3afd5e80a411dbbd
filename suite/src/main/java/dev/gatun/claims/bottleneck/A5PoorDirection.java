package dev.gatun.claims.bottleneck;

import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.SweepEvidence;
import dev.gatun.experiment.Tier;
import dev.gatun.results.EvidenceBuilder;
import java.util.List;

/**
 * A5: moving the logits along the direction that the hidden gradient induces lowers the loss by
 * orders of magnitude less than a move of the same norm along −G. Measured as the exact loss after
 * steps of equal norm along −G, along −G·W·Wᵀ (a gradient step on the hidden states), along
 * −(G·W·Wᵀ + H·HᵀG) (on hidden states and head), over the whole step-size curve. Beside them a
 * random direction of the same subspace, and two controls that tell what makes the direction poor:
 * −G·P_W, the best direction of that subspace, and −G·R·Rᵀ with a random head R of the same size.
 * The null is −G·M·Mᵀ with a head M of W's own singular values and random left vectors. All of it
 * is measured of W and of C·W: softmax sees −G·W·Wᵀ·C, which is −G·(CW)·(CW)ᵀ because G·C = G.
 */
public final class A5PoorDirection implements Claim {
  private static final List<String> EVIDENCE =
      List.of(
          "decrease_gradient",
          "cosine_gradient",
          "best_decrease_gradient",
          "best_step_gradient",
          "worst_share_gradient",
          "best_share_gradient",
          "decrease_hidden_induced",
          "cosine_hidden_induced",
          "best_decrease_hidden_induced",
          "best_step_hidden_induced",
          "worst_share_hidden_induced",
          "best_share_hidden_induced",
          "decrease_full_step",
          "cosine_full_step",
          "best_decrease_full_step",
          "best_step_full_step",
          "worst_share_full_step",
          "best_share_full_step",
          "decrease_projected",
          "cosine_projected",
          "best_decrease_projected",
          "best_step_projected",
          "worst_share_projected",
          "best_share_projected",
          "decrease_random_in_subspace",
          "cosine_random_in_subspace",
          "best_decrease_random_in_subspace",
          "best_step_random_in_subspace",
          "worst_share_random_in_subspace",
          "best_share_random_in_subspace",
          "decrease_random_head",
          "cosine_random_head",
          "best_decrease_random_head",
          "best_step_random_head",
          "worst_share_random_head",
          "best_share_random_head",
          "decrease_spectrum_matched",
          "cosine_spectrum_matched",
          "best_decrease_spectrum_matched",
          "best_step_spectrum_matched",
          "worst_share_spectrum_matched",
          "best_share_spectrum_matched",
          "cosine_unrelated",
          "participation_ratio",
          "kept_norm",
          "loss",
          "contexts");

  private final BottleneckExperiment experiment;

  /** Reads an experiment, which other claims may share. */
  public A5PoorDirection(BottleneckExperiment experiment) {
    this.experiment = experiment;
  }

  @Override
  public String id() {
    return "A5";
  }

  @Override
  public boolean readsCorpus() {
    return true;
  }

  @Override
  public List<PlannedRun<?>> trainings(Tier tier, long seed) {
    return experiment.trainingsWithAnatomy(tier, seed, id());
  }

  @Override
  public void run(ClaimContext context, EvidenceBuilder evidence) {
    SweepEvidence.hand(id(), experiment.withAnatomy(context, id()), EVIDENCE, evidence);
  }
}
