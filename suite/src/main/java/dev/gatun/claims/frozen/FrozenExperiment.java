package dev.gatun.claims.frozen;

import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.RunBody;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.Sweep;
import dev.gatun.experiment.SweepRuns.Selection;
import dev.gatun.experiment.Tier;
import dev.gatun.results.CurveName;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.Metric;
import dev.gatun.results.Run;
import dev.gatun.results.RunRecorder;
import java.util.ArrayList;
import java.util.List;

/**
 * The experiment behind B5 and B8: heads W = A·B of growing rank on the hidden states of a model
 * that is trained once and frozen. Claims share one instance, so that each runs once.
 *
 * <p>The paper takes published models. {@link FrozenBackbone#model} is where a checkpoint in
 * Hugging Face layout would enter in place of the model that is trained here.
 */
public final class FrozenExperiment {
  private final Sweep<FrozenSetting> sweep;
  private final Selection<FrozenSetting> plan;

  public FrozenExperiment() {
    this(new FrozenRun(), (tier, seeds) -> FrozenPlan.of(tier, seeds).settings());
  }

  /** Another body of the runs, or another plan. */
  FrozenExperiment(RunBody<FrozenSetting> body, Selection<FrozenSetting> plan) {
    this.sweep = new Sweep<>("frozen", body);
    this.plan = plan;
  }

  /** What {@link #runs} will run. */
  List<PlannedRun<?>> trainings(Tier tier, Seeds seeds) {
    return sweep.plan(plan.of(tier, seeds));
  }

  /** What was measured for each seed. */
  List<FrozenHeads> runs(ClaimContext context, String claim) {
    List<FrozenSetting> settings = plan.of(context.tier(), context.seeds());
    List<Evidence> evidence = sweep.run(context, claim, settings);
    List<FrozenHeads> runs = new ArrayList<>();
    for (int i = 0; i < settings.size(); i++) {
      runs.add(new FrozenHeads(settings.get(i), evidence.get(i)));
    }
    return runs;
  }

  /**
   * The heads of one seed.
   *
   * @param evidence of its run
   */
  record FrozenHeads(FrozenSetting setting, Evidence evidence) {
    double value(String name) {
      return evidence.metrics().stream()
          .filter(m -> m.name().equals(name))
          .mapToDouble(Metric::value)
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException("the run has no metric " + name));
    }

    double ofRank(String name, int rank) {
      return value(CurveName.name(name, rank));
    }

    /** Loss of a head of some rank over that of the full head. */
    double penalty(int rank) {
      return ofRank("loss", rank) - value("loss" + HeadChoice.FITTED);
    }

    RunRecorder begin(String claim, String arm, EvidenceBuilder builder) {
      Run run = evidence.runs().getFirst();
      return builder.begin(
          "%s/%s%s/seed%s".formatted(claim, setting.armPrefix(), arm, run.seed()),
          claim,
          setting.armPrefix() + arm,
          run.tier(),
          run.device(),
          run.seed(),
          run.configuration());
    }
  }
}
