package dev.gatun.claims.heads;

import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.Tier;
import java.util.Map;
import java.util.stream.Collectors;

/** A run of C1, for tests of other packages. */
public final class QuickHeads {
  /** What trials choose for a backward pass of half the rank; the stored runs have it. */
  private static final double RATE = 6e-3;

  private QuickHeads() {}

  /** The run of the quick tier with a backward pass of half the rank and the first seed. */
  public static HeadVariantSetting limitedBackward() {
    HeadVariantPlan plan = HeadVariantPlan.ofBackward(Tier.QUICK, Seeds.from(1)).getFirst();
    Map<String, Double> rates =
        plan.arms().stream().collect(Collectors.toMap(HeadVariant::rateOf, _ -> RATE, (a, _) -> a));
    return plan.runs(rates).stream()
        .filter(setting -> setting.arm().equals("backward16"))
        .findFirst()
        .orElseThrow();
  }
}
