package dev.gatun.claims.saturation;

import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.Tier;
import dev.gatun.results.EvidenceBuilder;
import java.util.List;

/**
 * B3: the head's inputs point one way in small models and do not in large ones. Measured as the
 * mean cosine between hidden states of different contexts, after the final norm and between the
 * blocks, through training; the null is isotropic Gaussian states, the control the untrained model.
 */
public final class B3Anisotropy implements Claim {
  private static final List<String> EVIDENCE =
      List.of(
          "anisotropy",
          "anisotropy_isotropic",
          "anisotropy_of_layer",
          "anisotropy_peak",
          "anisotropy_peak_step",
          "loss_gained_at_peak",
          "correlation_with_entropy",
          "correlation_with_loss",
          "singular_entropy",
          "loss",
          "loss_of_frequencies");

  private final SaturationExperiment experiment;

  /** Reads an experiment, which B4 may share. */
  public B3Anisotropy(SaturationExperiment experiment) {
    this.experiment = experiment;
  }

  @Override
  public String id() {
    return "B3";
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
    experiment.record(context, id(), EVIDENCE, evidence);
  }
}
