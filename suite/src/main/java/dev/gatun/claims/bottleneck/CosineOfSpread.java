package dev.gatun.claims.bottleneck;

import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.ClaimPart;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.SweepEvidence;
import dev.gatun.experiment.SweepRuns;
import dev.gatun.experiment.Tier;
import dev.gatun.results.CurveName;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.Metric;
import dev.gatun.results.RunRecorder;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The runs whose gradient is taken apart, with the cosine of −G and −G·W·Wᵀ over what the singular
 * values of W say of it, √((Σσ²)²/Σσ⁴/V), and over what D and V alone say, √(D/V): that of a head
 * whose singular values are all equal. Both also of C·W.
 */
record CosineOfSpread(SweepRuns<BottleneckSetting> runs) implements ClaimPart {
  private static final String COSINE = "cosine_hidden_induced";

  @Override
  public List<PlannedRun<?>> trainings(Tier tier, Seeds seeds) {
    return runs.trainings(tier, seeds);
  }

  @Override
  public void run(ClaimContext context, String claim, EvidenceBuilder evidence) {
    List<BottleneckSetting> settings = runs.selection().of(context.tier(), context.seeds());
    List<Evidence> measured = runs.sweep().run(context, claim, settings);
    SweepEvidence.hand(
        claim,
        measured,
        false,
        evidence,
        (of, _, own) -> {
          record(of, UnaryOperator.identity(), own);
          record(of, CurveName::centred, own.centred());
        });
  }

  private static void record(Evidence run, UnaryOperator<String> naming, RunRecorder own) {
    for (Metric metric : run.metrics()) {
      if (metric.name().equals(naming.apply(COSINE))) {
        long step = metric.step();
        double spread = value(run, naming.apply("cosine_unrelated"), step).orElseThrow();
        double r = value(run, "destroyed_norm_unrelated", step).orElseThrow();
        own.metric("cosine_over_spread", step, metric.value() / spread, "1");
        own.metric("cosine_over_flat", step, metric.value() / Math.sqrt(1 - r * r), "1");
      }
    }
  }

  private static Optional<Double> value(Evidence run, String name, long step) {
    return run.metrics().stream()
        .filter(metric -> metric.name().equals(name) && metric.step() == step)
        .map(Metric::value)
        .findFirst();
  }
}
