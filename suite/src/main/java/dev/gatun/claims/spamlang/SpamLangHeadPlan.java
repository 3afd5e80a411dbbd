package dev.gatun.claims.spamlang;

import dev.gatun.claims.spamlang.SpamLangArms.Exposure;
import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.Tier;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The runs of {@link SpamLangHeads}: every head at two coverages of one vocabulary.
 *
 * @param vocabulary V; D is 32
 * @param rates learning rates to choose from, ascending
 * @param trialSeed on which they are chosen, none of the seeds
 * @param seeds of the runs
 */
record SpamLangHeadPlan(int vocabulary, List<Double> rates, long trialSeed, List<Long> seeds) {
  private static final int WIDTH = 32;
  private static final int SEEDS = 5;

  /** The trial seed stands so far above the first seed. */
  private static final long TRIAL_SEED = 1_000_000;

  /** An arm: a head at an exposure. */
  record Arm(HeadChoice head, Exposure exposure) {}

  /**
   * V = 512, 2,048 or 8,192 by tier. The desk tier tries five rates, as the best of three is an
   * outer one for most heads at the quick tier.
   */
  static SpamLangHeadPlan of(Tier tier, Seeds seeds) {
    int vocabulary =
        switch (tier) {
          case QUICK -> 512;
          case DESK -> 2048;
          case PAPER -> 8192;
        };
    return new SpamLangHeadPlan(
        vocabulary,
        tier == Tier.DESK ? List.of(3e-4, 1e-3, 3e-3, 1e-2, 3e-2) : List.of(1e-3, 3e-3, 1e-2),
        seeds.first() + TRIAL_SEED,
        seeds.of(SEEDS).boxed().toList());
  }

  /** Every head at the paper's 4.88 independent sequences per symbol and at 19.5. */
  List<Arm> arms() {
    List<Arm> arms = new ArrayList<>();
    for (HeadChoice head : HeadChoice.all()) {
      arms.add(new Arm(head, Exposure.least(vocabulary)));
      arms.add(new Arm(head, Exposure.middle(vocabulary)));
    }
    return arms;
  }

  /** Every rate of an arm on the trial seed. */
  List<SpamLangSetting> trials(Arm arm) {
    var settings = new SpamLangArms(SpamLangPlan::small, WIDTH, trialSeed);
    settings.headRates(arm.head(), vocabulary, arm.exposure(), rates);
    return settings.settings();
  }

  /** All arms of the first seed, then of the next. */
  List<SpamLangSetting> runs(ToDoubleFunction<Arm> rateOf) {
    List<SpamLangSetting> runs = new ArrayList<>();
    for (long seed : seeds) {
      var settings = new SpamLangArms(SpamLangPlan::small, WIDTH, seed);
      for (Arm arm : arms()) {
        settings.head(arm.head(), vocabulary, arm.exposure(), rateOf.applyAsDouble(arm));
      }
      runs.addAll(settings.settings());
    }
    return runs;
  }
}
