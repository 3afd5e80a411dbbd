package dev.gatun.claims.heads;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.Tier;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HeadVariantPlanTest {
  @Test
  void deskHasTheCriticsLargerModelsInFiveSeedsOfTheArmsThatAreJudged() {
    HeadVariantPlan wide = HeadVariantPlan.ofBackward(Tier.DESK, Seeds.from(1)).getLast();
    assertEquals(
        List.of("wide-full", "wide-backward48", "wide-rank48", "wide-rank96"),
        wide.arms().stream().map(HeadVariant::arm).toList());
    assertEquals(List.of(1L, 2L, 3L, 4L, 5L), wide.seeds());
    List<HeadVariantSetting> runs = wide.runs(rates(wide));
    assertEquals(20, runs.size());
    for (HeadVariantSetting run : runs) {
      assertEquals(8192, run.size().vocabulary());
      assertEquals(96, run.size().width());
      assertEquals(6, run.size().layers());
      assertEquals(1200, run.steps());
      assertEquals(1024, run.batch() * run.length());
    }
  }

  @Test
  void everyArmOfTheLargerModelsTriesFiveRatesOnASixthOfTheSteps() {
    HeadVariantPlan wide = HeadVariantPlan.ofBackward(Tier.DESK, Seeds.from(1)).getLast();
    List<HeadVariantSetting> trials = wide.trials(wide.grids());
    assertEquals(4 * 5, trials.size());
    trials.forEach(trial -> assertEquals(200, trial.steps()));
  }

  @Test
  void deskHasTheCriticsByteLevelModelsInFiveSeeds() {
    HeadVariantPlan bytes = HeadVariantPlan.ofBackward(Tier.DESK, Seeds.from(1)).getFirst();
    assertEquals(5 * 11, bytes.runs(rates(bytes)).size());
    assertEquals(8 * 5, bytes.trials(bytes.grids()).size());
    assertEquals(600, bytes.scale().steps());
    assertEquals(256, bytes.scale().size().vocabulary());
  }

  private static Map<String, Double> rates(HeadVariantPlan plan) {
    Map<String, Double> rates = new LinkedHashMap<>();
    plan.arms().forEach(arm -> rates.put(arm.rateOf(), 1e-2));
    return rates;
  }
}
