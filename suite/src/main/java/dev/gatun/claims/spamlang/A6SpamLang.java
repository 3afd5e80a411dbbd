package dev.gatun.claims.spamlang;

import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.Sweep;
import dev.gatun.experiment.SweepEvidence;
import dev.gatun.experiment.Tier;
import dev.gatun.results.EvidenceBuilder;
import java.util.List;

/**
 * A6: trivial patterns become unlearnable as V grows. Measured as loss and accuracy over all
 * symbols of SpamLang after training, as in the paper at equal batch and steps; and beside it the
 * control at equal independent sequences per symbol, which the paper's setting lets fall as V
 * grows.
 */
public final class A6SpamLang implements Claim {
  private static final List<String> EVIDENCE =
      List.of(
          "accuracy",
          "chance_accuracy",
          "loss",
          "loss_over_chance",
          "sequences_per_symbol",
          "seen_share",
          "seen_share_excess",
          "accuracy_of_unseen",
          "accuracy_below_mean_visits",
          "accuracy_from_mean_visits",
          "diverged",
          "vocabulary",
          "width",
          "sequence_length",
          "learning_rate",
          "backward_rank",
          "positions");

  private final Sweep<SpamLangSetting> sweep;
  private final Plans plans;

  /** What is run at a tier. */
  interface Plans {
    /** Those of the product. */
    Plans SHIPPED =
        (tier, seed) ->
            switch (tier) {
              case QUICK -> SpamLangPlan.quick(seed);
              case DESK -> SpamLangPlan.desk(seed);
              case PAPER -> SpamLangPlan.paper(seed);
            };

    /** The plan of a tier from a first seed on. */
    SpamLangPlan of(Tier tier, long seed);
  }

  /** The shipped plans on SpamLang itself. */
  public A6SpamLang() {
    this(Plans.SHIPPED, SpamLangRun.Examples.UNIFORM);
  }

  /** The shipped plans with another head. */
  public A6SpamLang(HeadChoice head) {
    this((tier, seed) -> Plans.SHIPPED.of(tier, seed).withHead(head), SpamLangRun.Examples.UNIFORM);
  }

  /** Other plans, or another language. */
  A6SpamLang(Plans plans, SpamLangRun.Examples examples) {
    this.plans = plans;
    this.sweep = new Sweep<>("spamlang", new SpamLangRun(examples));
  }

  @Override
  public String id() {
    return "A6";
  }

  @Override
  public boolean readsCorpus() {
    return false;
  }

  @Override
  public List<PlannedRun<?>> trainings(Tier tier, long seed) {
    return sweep.plan(plans.of(tier, seed).settings());
  }

  @Override
  public void run(ClaimContext context, EvidenceBuilder evidence) {
    List<SpamLangSetting> settings = plans.of(context.tier(), context.seed()).settings();
    SweepEvidence.hand(id(), sweep.run(context, id(), settings), EVIDENCE, evidence);
  }
}
