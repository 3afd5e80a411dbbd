package dev.gatun.claims.heads;

import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.ClaimPart;
import dev.gatun.experiment.HeadChoice;
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
 * The experiment behind A7, C1, C2, C3 and G4: equal models that differ in the rank of their head,
 * in how the logit gradient flows back through it, or in classes that never occur, trained from
 * equal seeds. Claims share one sweep, so that each model is trained once.
 *
 * <p>Learning rates are chosen first, on seeds that are not measured: for each arm the rate whose
 * final validation loss is least on average, the lower of equals. Models with classes that never
 * occur take that of the model without, from which they differ in one thing only.
 *
 * @param sweep that runs them
 * @param plans by tier and seeds
 */
public record HeadVariantExperiment(Sweep<HeadVariantSetting> sweep, Plans plans)
    implements ClaimPart {

  /** What is run at a tier, at one scale after the other. */
  @FunctionalInterface
  interface Plans {
    List<HeadVariantPlan> of(Tier tier, Seeds seeds);
  }

  public static Sweep<HeadVariantSetting> newSweep() {
    return new Sweep<>("heads", new HeadVariantTraining());
  }

  /** Heads of every rank, and another head beside them. */
  public static HeadVariantExperiment ranks(Sweep<HeadVariantSetting> sweep, HeadChoice head) {
    return new HeadVariantExperiment(
        sweep, (tier, seeds) -> List.of(HeadVariantPlan.ofRanks(tier, head, seeds)));
  }

  /** Limited backward passes. */
  public static HeadVariantExperiment backward(Sweep<HeadVariantSetting> sweep) {
    return new HeadVariantExperiment(sweep, HeadVariantPlan::ofBackward);
  }

  /** Other gradients to the hidden states. */
  public static HeadVariantExperiment hiddenGradients(Sweep<HeadVariantSetting> sweep) {
    return new HeadVariantExperiment(sweep, HeadVariantPlan::ofHiddenGradients);
  }

  /** Heads that learn from no gradient outside their column space. */
  public static HeadVariantExperiment orthogonal(Sweep<HeadVariantSetting> sweep) {
    return new HeadVariantExperiment(
        sweep, (tier, seeds) -> List.of(HeadVariantPlan.ofOrthogonal(tier, seeds)));
  }

  /** Classes that never occur. */
  public static HeadVariantExperiment never(Sweep<HeadVariantSetting> sweep) {
    return new HeadVariantExperiment(
        sweep, (tier, seeds) -> List.of(HeadVariantPlan.ofNever(tier, seeds)));
  }

  /** What the arms will run; the rates are placeholders until they are chosen. */
  @Override
  public List<PlannedRun<?>> trainings(Tier tier, Seeds seeds) {
    List<PlannedRun<?>> all = new ArrayList<>();
    for (HeadVariantPlan plan : plans.of(tier, seeds)) {
      Map<String, Double> placeholders = new LinkedHashMap<>();
      plan.arms().forEach(v -> placeholders.put(v.rateOf(), plan.rates(v).getFirst()));
      all.addAll(sweep.plan(plan.trials()));
      all.addAll(sweep.plan(plan.runs(placeholders)));
    }
    return all;
  }

  @Override
  public void run(ClaimContext context, String claim, EvidenceBuilder evidence) {
    for (Outcome outcome : outcomes(context, claim)) {
      SweepEvidence.hand(claim, outcome.trials, false, evidence);
      SweepEvidence.hand(
          claim,
          outcome.runs,
          false,
          evidence,
          (_, run, own) -> {
            if (!outcome.trials.isEmpty()) {
              own.metric("rates_from_edge", 0, outcome.ratesFromEdge(run.arm()), "1");
            }
          });
    }
  }

  /**
   * What trials and runs measured.
   *
   * @param rates chosen by arm
   * @param trials one for each arm with its own rate, rate and trial seed
   * @param runs one for each arm and seed
   */
  record Outcome(
      HeadVariantPlan plan, Map<String, Double> rates, List<Evidence> trials, List<Evidence> runs) {

    /** Rates beyond the arm's on the nearer side: 0 where a better one may lie beyond the grid. */
    private int ratesFromEdge(String name) {
      HeadVariant arm = plan.arm(name);
      HeadVariant owner = plan.arm(arm.rateOf());
      List<Double> tried = plan.rates(owner);
      int at = tried.indexOf(rates.get(owner.arm()));
      return Math.min(at, tried.size() - 1 - at);
    }
  }

  /** Chooses rates, then runs the arms. */
  List<Outcome> outcomes(ClaimContext context, String claim) {
    List<Outcome> outcomes = new ArrayList<>();
    for (HeadVariantPlan plan : plans.of(context.tier(), context.seeds())) {
      List<HeadVariantSetting> trials = plan.trials();
      List<Evidence> tried = sweep.run(context, claim, trials);
      Map<String, Double> rates = chosen(plan, trials, tried);
      outcomes.add(new Outcome(plan, rates, tried, sweep.run(context, claim, plan.runs(rates))));
    }
    return outcomes;
  }

  private static Map<String, Double> chosen(
      HeadVariantPlan plan, List<HeadVariantSetting> trials, List<Evidence> tried) {
    Map<String, Double> chosen = new LinkedHashMap<>();
    for (HeadVariant owner : plan.arms().stream().filter(HeadVariant::hasOwnRate).toList()) {
      var choice = new RateChoice();
      for (int i = 0; i < trials.size(); i++) {
        if (trials.get(i).variant().equals(owner)) {
          double loss = SweepEvidence.value(tried.get(i), HeadVariantTraining.TRIAL_LOSS);
          choice.add(trials.get(i).training().learningRate(), loss);
        }
      }
      chosen.put(owner.arm(), choice.best(plan.rates(owner)));
    }
    return chosen;
  }
}
