package dev.gatun.claims.heads;

import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.ClaimPart;
import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.RateChoice;
import dev.gatun.experiment.RateGrid;
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
 * final validation loss is least on average, the lower of equals. While that is the lowest or the
 * highest that was tried, one more beyond it is tried, {@value #MOST_FURTHER} times at most. Models
 * with classes that never occur take the rate of the model without, from which they differ in one
 * thing only.
 *
 * @param sweep that runs them
 * @param plans by tier and seeds
 */
public record HeadVariantExperiment(Sweep<HeadVariantSetting> sweep, Plans plans)
    implements ClaimPart {
  /** A grid grows at most this many times, because each time costs trials. */
  private static final int MOST_FURTHER = 3;

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
      Map<String, RateGrid> grids = plan.grids();
      Map<String, Double> placeholders = new LinkedHashMap<>();
      grids.forEach((owner, grid) -> placeholders.put(owner, grid.rates().getFirst()));
      all.addAll(sweep.plan(plan.trials(grids)));
      all.addAll(sweep.plan(plan.runs(placeholders)));
    }
    return all;
  }

  @Override
  public void run(ClaimContext context, String claim, EvidenceBuilder evidence) {
    for (Outcome outcome : outcomes(context, claim)) {
      SweepEvidence.hand(claim, outcome.trials.evidence, false, evidence);
      SweepEvidence.hand(
          claim,
          outcome.runs,
          false,
          evidence,
          (_, run, own) -> {
            if (!outcome.trials.evidence.isEmpty()) {
              own.metric("rates_from_edge", 0, outcome.ratesFromEdge(run.arm()), "1");
            }
          });
    }
  }

  /**
   * Rates that were tried, for each arm with one of its own.
   *
   * @param grids by arm
   * @param best by arm
   * @param evidence one for each arm, rate and trial seed
   */
  private record Trials(
      Map<String, RateGrid> grids, Map<String, Double> best, List<Evidence> evidence) {}

  /**
   * What trials and runs measured.
   *
   * @param runs one for each arm and seed
   */
  record Outcome(HeadVariantPlan plan, Trials trials, List<Evidence> runs) {

    /** Rates beyond the arm's on the nearer side: 0 where a better one may lie beyond the grid. */
    private int ratesFromEdge(String arm) {
      String owner = plan.rateOf(arm);
      return trials.grids.get(owner).fromEdge(trials.best.get(owner));
    }
  }

  /** Chooses rates, then runs the arms. */
  List<Outcome> outcomes(ClaimContext context, String claim) {
    List<Outcome> outcomes = new ArrayList<>();
    for (HeadVariantPlan plan : plans.of(context.tier(), context.seeds())) {
      Trials trials = trials(context, claim, plan);
      List<Evidence> runs = sweep.run(context, claim, plan.runs(trials.best));
      outcomes.add(new Outcome(plan, trials, runs));
    }
    return outcomes;
  }

  private Trials trials(ClaimContext context, String claim, HeadVariantPlan plan) {
    Trials trials = trials(context, claim, plan, plan.grids());
    for (int further = 0; further < MOST_FURTHER; further++) {
      Map<String, RateGrid> wider = new LinkedHashMap<>(trials.grids);
      trials.best.forEach((owner, best) -> wider.compute(owner, (_, grid) -> grid.beyond(best)));
      if (wider.equals(trials.grids)) {
        return trials;
      }
      trials = trials(context, claim, plan, wider);
    }
    return trials;
  }

  private Trials trials(
      ClaimContext context, String claim, HeadVariantPlan plan, Map<String, RateGrid> grids) {
    List<HeadVariantSetting> settings = plan.trials(grids);
    List<Evidence> evidence = sweep.run(context, claim, settings);
    Map<String, Double> best = new LinkedHashMap<>();
    grids.forEach((owner, grid) -> {
      var choice = new RateChoice();
      for (int i = 0; i < settings.size(); i++) {
        if (settings.get(i).variant().arm().equals(owner)) {
          double loss = SweepEvidence.value(evidence.get(i), HeadVariantTraining.TRIAL_LOSS);
          choice.add(settings.get(i).training().learningRate(), loss);
        }
      }
      best.put(owner, choice.best(grid.rates()));
    });
    return new Trials(grids, best, evidence);
  }
}
