package dev.gatun.claims.saturation;

import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.Sweep;
import dev.gatun.experiment.SweepEvidence;
import dev.gatun.experiment.Tier;
import dev.gatun.results.EvidenceBuilder;
import java.util.List;
import java.util.function.LongFunction;

/**
 * The experiment behind B3 and B4: trains small language models of growing width on the same tokens
 * and measures, from before training to its end, the singular values of the head and how far the
 * hidden states point one way. Both claims share one instance, so that each model is trained once.
 */
public final class SaturationExperiment {
  private final Sweep<SaturationSetting> sweep;
  private final LongFunction<SaturationPlan> quick;

  /** As the claims are measured. */
  public SaturationExperiment() {
    this(HeadGeometry.EXACT, SaturationPlan::quick);
  }

  /**
   * Other measures, or another plan for the quick tier.
   *
   * @param quick by first seed
   */
  SaturationExperiment(HeadGeometry geometry, LongFunction<SaturationPlan> quick) {
    this.sweep = new Sweep<>("saturation", new SaturationTraining(geometry));
    this.quick = quick;
  }

  private List<SaturationSetting> settings(Tier tier, long seed) {
    SaturationPlan plan = tier == Tier.QUICK ? quick.apply(seed) : SaturationPlan.of(tier, seed);
    return plan.settings();
  }

  /** What {@link #record} will run. */
  List<PlannedRun<?>> trainings(Tier tier, long seed) {
    return sweep.plan(settings(tier, seed));
  }

  /** Runs all settings and hands those numbers over to a claim's evidence. */
  void record(ClaimContext context, String claim, List<String> names, EvidenceBuilder evidence) {
    SweepEvidence.hand(
        claim,
        sweep.run(context, claim, settings(context.tier(), context.seed())),
        names,
        evidence);
  }
}
