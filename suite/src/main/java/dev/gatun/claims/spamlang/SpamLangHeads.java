package dev.gatun.claims.spamlang;

import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.ClaimPart;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.RateChoice;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.Sweep;
import dev.gatun.experiment.SweepEvidence;
import dev.gatun.experiment.Tier;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A6's coverage arms with every head: SpamLang of one V, width and backbone at the paper's 4.88
 * independent sequences per symbol and at 19.5, each with the learning rate that is best for it on
 * another seed.
 */
public final class SpamLangHeads implements ClaimPart {
  private static final String ACCURACY = "accuracy";
  private final Plans plans;
  private final Sweep<SpamLangSetting> sweep;

  /** What is run at a tier. */
  @FunctionalInterface
  interface Plans {
    SpamLangHeadPlan of(Tier tier, Seeds seeds);
  }

  public SpamLangHeads() {
    this(SpamLangHeadPlan::of, SpamLangRun.Examples.UNIFORM);
  }

  /** Other plans, or another language. */
  SpamLangHeads(Plans plans, SpamLangRun.Examples examples) {
    this.plans = plans;
    this.sweep = new Sweep<>("spamlang-heads", new SpamLangRun(examples));
  }

  @Override
  public List<PlannedRun<?>> trainings(Tier tier, Seeds seeds) {
    SpamLangHeadPlan plan = plans.of(tier, seeds);
    List<SpamLangSetting> all = new ArrayList<>();
    plan.arms().forEach(arm -> all.addAll(plan.trials(arm)));
    // The rate is a placeholder until it is chosen.
    all.addAll(plan.runs(_ -> plan.rates().getFirst()));
    return sweep.plan(all);
  }

  @Override
  public void run(ClaimContext context, String claim, EvidenceBuilder evidence) {
    SpamLangHeadPlan plan = plans.of(context.tier(), context.seeds());
    Map<SpamLangHeadPlan.Arm, Double> rates = new LinkedHashMap<>();
    for (SpamLangHeadPlan.Arm arm : plan.arms()) {
      List<SpamLangSetting> trials = plan.trials(arm);
      List<Evidence> tried = sweep.run(context, claim, trials);
      var choice = new RateChoice();
      for (int i = 0; i < trials.size(); i++) {
        double wrong = 1 - SweepEvidence.value(tried.get(i), ACCURACY);
        choice.add(trials.get(i).training().learningRate(), wrong);
      }
      rates.put(arm, choice.best(plan.rates()));
      SweepEvidence.hand(claim, tried, false, evidence);
    }
    List<Evidence> runs = sweep.run(context, claim, plan.runs(rates::get));
    SweepEvidence.hand(claim, runs, false, evidence);
  }
}
