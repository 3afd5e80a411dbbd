package dev.gatun.claims.heads;

import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.ClaimPart;
import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.RateChoice;
import dev.gatun.experiment.RunBody;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.Sweep;
import dev.gatun.experiment.SweepEvidence;
import dev.gatun.experiment.Tier;
import dev.gatun.measure.HeadMeasures;
import dev.gatun.measure.LocalMeasure;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Trains the same backbone with every form of head on the same batches: first to choose a learning
 * rate for each, on a seed that is not measured, then with every seed, measured.
 */
public final class HeadFamilyExperiment implements ClaimPart {
  private final Plans plans;
  private final Sweep<HeadFamilySetting> sweep;

  /** What is run at a tier. */
  @FunctionalInterface
  interface Plans {
    HeadFamilyPlan of(Tier tier, Seeds seeds);
  }

  public HeadFamilyExperiment() {
    this(new HeadFamilyTraining(LocalMeasure.EXACT, HeadMeasures.EXACT), HeadFamilyPlan::of);
  }

  /** Another training, or other runs. */
  HeadFamilyExperiment(RunBody<HeadFamilySetting> training, Plans plans) {
    this.plans = plans;
    this.sweep = new Sweep<>("head-family", training);
  }

  /** Trials, then one run for each head and seed. */
  List<Evidence> evidence(ClaimContext context, String claim) {
    HeadFamilyPlan plan = plans.of(context.tier(), context.seeds());
    List<HeadFamilySetting> trials = plan.trials();
    List<Evidence> tried = sweep.run(context, claim, trials);
    Map<String, Double> rates = new LinkedHashMap<>();
    for (HeadChoice head : HeadChoice.all()) {
      var choice = new RateChoice();
      for (int i = 0; i < trials.size(); i++) {
        if (trials.get(i).head().equals(head)) {
          double loss = SweepEvidence.value(tried.get(i), HeadVariantTraining.TRIAL_LOSS);
          choice.add(trials.get(i).training().learningRate(), loss);
        }
      }
      rates.put(head.label(), choice.best(plan.rates()));
    }
    List<Evidence> all = new ArrayList<>(tried);
    all.addAll(sweep.run(context, claim, plan.runs(rates)));
    return all;
  }

  @Override
  public void run(ClaimContext context, String claim, EvidenceBuilder evidence) {
    SweepEvidence.hand(claim, evidence(context, claim), false, evidence);
  }

  /**
   * The runs of the heads that are matrices, without trials: of those closed forms are recorded.
   */
  public ClaimPart matrices() {
    List<String> matrices =
        HeadChoice.all().stream().filter(HeadChoice::isMatrix).map(HeadChoice::label).toList();
    return new ClaimPart() {
      @Override
      public List<PlannedRun<?>> trainings(Tier tier, Seeds seeds) {
        return HeadFamilyExperiment.this.trainings(tier, seeds);
      }

      @Override
      public void run(ClaimContext context, String claim, EvidenceBuilder evidence) {
        List<Evidence> measured = HeadFamilyExperiment.this.evidence(context, claim);
        SweepEvidence.hand(
            claim,
            measured.stream()
                .filter(run -> matrices.contains(run.runs().getFirst().arm()))
                .toList(),
            false,
            evidence);
      }
    };
  }

  /** What {@link #evidence} will run; the rates are placeholders until they are chosen. */
  @Override
  public List<PlannedRun<?>> trainings(Tier tier, Seeds seeds) {
    HeadFamilyPlan plan = plans.of(tier, seeds);
    Map<String, Double> placeholders = new LinkedHashMap<>();
    HeadChoice.all().forEach(h -> placeholders.put(h.label(), plan.rates().getFirst()));
    List<HeadFamilySetting> all = new ArrayList<>(plan.trials());
    all.addAll(plan.runs(placeholders));
    return sweep.plan(all);
  }
}
