package dev.gatun.claims.heads;

import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.RateChoice;
import dev.gatun.experiment.RunBody;
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
import java.util.function.LongFunction;

/**
 * The experiment behind A7, C1, C2 and C3: equal models that differ in the rank of their head, in
 * how the logit gradient flows back through it, or in classes that never occur, trained from equal
 * seeds. Claims share one instance, so that each model is trained once.
 *
 * <p>Learning rates are chosen first, for the full head and for each rank, on seeds that are not
 * measured: the rate whose final validation loss is least on average, the lower of equals. The
 * other arms take the full head's, from which they differ in one thing only.
 */
public final class HeadVariantExperiment {
  private static final List<String> EVIDENCE =
      List.of(
          HeadVariantTraining.VALIDATION_LOSS,
          HeadVariantTraining.TRIAL_LOSS,
          "loss_among_occurring",
          "learning_rate",
          "tokens_per_step");

  private final Sweep<HeadVariantSetting> sweep;
  private final LongFunction<HeadVariantPlan> quick;

  /** As the claims are measured. */
  public HeadVariantExperiment() {
    this(new HeadVariantTraining(), HeadVariantPlan::quick);
  }

  /**
   * Another training, or another plan for the quick tier.
   *
   * @param quick by first seed
   */
  HeadVariantExperiment(RunBody<HeadVariantSetting> training, LongFunction<HeadVariantPlan> quick) {
    this.sweep = new Sweep<>("heads", training);
    this.quick = quick;
  }

  /** The plan of a tier. The paper of C1, C2 and C3 is small enough for a desk. */
  HeadVariantPlan plan(Tier tier, long seed, String claim) {
    if (tier == Tier.QUICK) {
      return quick.apply(seed);
    }
    if (tier == Tier.PAPER && claim.equals("A7")) {
      return HeadVariantPlan.paper(seed);
    }
    return claim.equals("C2") ? HeadVariantPlan.deskNarrow(seed) : HeadVariantPlan.desk(seed);
  }

  /** What the arms of a claim will run; the rates are placeholders until they are chosen. */
  List<PlannedRun<?>> trainings(
      Tier tier, long seed, String claim, Function<HeadVariantPlan, List<HeadVariant>> arms) {
    HeadVariantPlan plan = plan(tier, seed, claim);
    List<HeadVariant> variants = arms.apply(plan);
    Map<String, Double> placeholders = new LinkedHashMap<>();
    variants.forEach(v -> placeholders.put(v.rateOf(), plan.rates().getFirst()));
    List<HeadVariantSetting> all = new ArrayList<>(plan.trials(variants));
    all.addAll(plan.runs(variants, placeholders));
    return sweep.plan(all);
  }

  /**
   * What trials and runs measured.
   *
   * @param trials one for each arm with its own rate, rate and trial seed
   * @param runs one for each arm and seed
   */
  record Outcome(List<Evidence> trials, List<Evidence> runs) {}

  /** Chooses rates, then runs the arms of a claim. */
  Outcome run(
      ClaimContext context, String claim, Function<HeadVariantPlan, List<HeadVariant>> arms) {
    HeadVariantPlan plan = plan(context.tier(), context.seed(), claim);
    List<HeadVariant> variants = arms.apply(plan);
    List<HeadVariantSetting> trials = plan.trials(variants);
    List<Evidence> tried = sweep.run(context, claim, trials);
    Map<String, Double> rates = chosen(plan, variants, trials, tried);
    return new Outcome(tried, sweep.run(context, claim, plan.runs(variants, rates)));
  }

  /** Hands trials and runs over to a claim's evidence. */
  void record(
      ClaimContext context,
      String claim,
      Function<HeadVariantPlan, List<HeadVariant>> arms,
      EvidenceBuilder evidence) {
    record(claim, run(context, claim, arms), evidence);
  }

  /** As above, of an outcome. */
  static void record(String claim, Outcome outcome, EvidenceBuilder evidence) {
    SweepEvidence.hand(claim, outcome.trials, EVIDENCE, evidence);
    SweepEvidence.hand(claim, outcome.runs, EVIDENCE, evidence);
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
