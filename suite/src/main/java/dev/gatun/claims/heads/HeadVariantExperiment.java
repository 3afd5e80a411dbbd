package dev.gatun.claims.heads;

import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.ClaimPart;
import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.RateChoice;
import dev.gatun.experiment.Sweep;
import dev.gatun.experiment.SweepEvidence;
import dev.gatun.experiment.Tier;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The experiment behind A7, C1, C2 and C3: equal models that differ in the rank of their head, in
 * how the logit gradient flows back through it, or in classes that never occur, trained from equal
 * seeds. Claims share one sweep, so that each model is trained once.
 *
 * <p>Learning rates are chosen first, for the full head and for each rank, on seeds that are not
 * measured: the rate whose final validation loss is least on average, the lower of equals. The
 * other arms take the full head's, from which they differ in one thing only.
 *
 * @param sweep that runs them
 * @param plans by tier and first seed
 * @param arms of a plan
 */
public record HeadVariantExperiment(
    Sweep<HeadVariantSetting> sweep, Plans plans, Function<HeadVariantPlan, List<HeadVariant>> arms)
    implements ClaimPart {

  /** What is run at a tier. */
  @FunctionalInterface
  interface Plans {
    /** From a first seed on. */
    HeadVariantPlan of(Tier tier, long firstSeed);
  }

  /** The sweep that claims share. */
  public static Sweep<HeadVariantSetting> newSweep() {
    return new Sweep<>("heads", new HeadVariantTraining());
  }

  /** Heads of every rank, and another head beside them. */
  public static HeadVariantExperiment ranks(Sweep<HeadVariantSetting> sweep, HeadChoice head) {
    return new HeadVariantExperiment(sweep, HeadVariantPlan::ofRanks, plan -> plan.rankArms(head));
  }

  /** Limited backward passes. */
  public static HeadVariantExperiment backward(Sweep<HeadVariantSetting> sweep) {
    return new HeadVariantExperiment(sweep, HeadVariantPlan::of, HeadVariantPlan::backwardArms);
  }

  /** A head that learns from no gradient outside its column space. */
  public static HeadVariantExperiment orthogonal(Sweep<HeadVariantSetting> sweep) {
    return new HeadVariantExperiment(
        sweep, HeadVariantPlan::ofNarrow, HeadVariantPlan::orthogonalArms);
  }

  /** Classes that never occur. */
  public static HeadVariantExperiment never(Sweep<HeadVariantSetting> sweep) {
    return new HeadVariantExperiment(sweep, HeadVariantPlan::of, HeadVariantPlan::neverArms);
  }

  /** What the arms will run; the rates are placeholders until they are chosen. */
  @Override
  public List<PlannedRun<?>> trainings(Tier tier, long seed) {
    HeadVariantPlan plan = plans.of(tier, seed);
    List<HeadVariant> variants = arms.apply(plan);
    Map<String, Double> placeholders = new LinkedHashMap<>();
    variants.forEach(v -> placeholders.put(v.rateOf(), plan.rates().getFirst()));
    List<HeadVariantSetting> all = new ArrayList<>(plan.trials(variants));
    all.addAll(plan.runs(variants, placeholders));
    return sweep.plan(all);
  }

  @Override
  public void run(ClaimContext context, String claim, EvidenceBuilder evidence) {
    Outcome outcome = outcome(context, claim);
    SweepEvidence.hand(claim, outcome.trials, false, evidence);
    SweepEvidence.hand(claim, outcome.runs, false, evidence);
  }

  /**
   * What trials and runs measured.
   *
   * @param trials one for each arm with its own rate, rate and trial seed
   * @param runs one for each arm and seed
   */
  record Outcome(HeadVariantPlan plan, List<Evidence> trials, List<Evidence> runs) {}

  /** Chooses rates, then runs the arms. */
  Outcome outcome(ClaimContext context, String claim) {
    HeadVariantPlan plan = plans.of(context.tier(), context.seed());
    List<HeadVariant> variants = arms.apply(plan);
    List<HeadVariantSetting> trials = plan.trials(variants);
    List<Evidence> tried = sweep.run(context, claim, trials);
    Map<String, Double> rates = chosen(plan, variants, trials, tried);
    return new Outcome(plan, tried, sweep.run(context, claim, plan.runs(variants, rates)));
  }

  private static Map<String, Double> chosen(
      HeadVariantPlan plan,
      List<HeadVariant> variants,
      List<HeadVariantSetting> trials,
      List<Evidence> tried) {
    Map<String, Double> chosen = new LinkedHashMap<>();
    for (HeadVariant owner : variants.stream().filter(HeadVariant::hasOwnRate).toList()) {
      var choice = new RateChoice();
      for (int i = 0; i < trials.size(); i++) {
        if (trials.get(i).variant().equals(owner)) {
          double loss = SweepEvidence.value(tried.get(i), HeadVariantTraining.TRIAL_LOSS);
          choice.add(trials.get(i).training().learningRate(), loss);
        }
      }
      chosen.put(owner.arm(), choice.best(plan.rates()));
    }
    return chosen;
  }
}
