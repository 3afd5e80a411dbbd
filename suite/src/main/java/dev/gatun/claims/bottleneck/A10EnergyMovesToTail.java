package dev.gatun.claims.bottleneck;

import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.SweepEvidence;
import dev.gatun.experiment.Tier;
import dev.gatun.results.EvidenceBuilder;
import java.util.List;

/**
 * A10: what the head keeps of the gradient has less of its energy in the leading components than
 * the gradient, and more in the tail. Measured as the cumulative energy of G and of G·P_W over the
 * right singular vectors of G, each relative to its own whole. The head of the spectrum is the
 * fewest components with 70 % of the norm of G (49 % of its energy), the tail all others. Beside it
 * a random W of the same size.
 */
public final class A10EnergyMovesToTail implements Claim {
  private static final List<String> EVIDENCE =
      List.of(
          "energy_gradient",
          "energy_kept",
          "energy_random_head",
          "head_components",
          "head_energy",
          "head_energy_kept",
          "head_energy_random_head",
          "head_energy_unrelated",
          "moved_to_tail",
          "moved_to_tail_random_head");

  private final BottleneckExperiment experiment;

  /** Reads an experiment, which other claims may share. */
  public A10EnergyMovesToTail(BottleneckExperiment experiment) {
    this.experiment = experiment;
  }

  @Override
  public String id() {
    return "A10";
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
