package dev.gatun.claims.frozen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.Tier;
import dev.gatun.model.HeadForm.OutputBias;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrozenPlanTest {
  @Test
  void deskHasFiveSeedsOfOneModelAndThreeWithABias() {
    List<FrozenSetting> settings = FrozenPlan.of(Tier.DESK, Seeds.from(1)).settings();
    assertEquals(List.of(1L, 2L, 3L, 4L, 5L), seeds(settings, OutputBias.NONE));
    assertEquals(List.of(1L, 2L, 3L), seeds(settings, OutputBias.LOG_UNIGRAM));
    assertEquals(8, settings.size());
    for (FrozenSetting setting : settings) {
      assertEquals(2048, setting.size().vocabulary());
      assertEquals(64, setting.size().width());
      assertEquals(7_168_000, setting.training().steps() * setting.rows());
      assertEquals(1_024_000, setting.batches() * setting.rows());
    }
  }

  @Test
  void deskHasTheRanksOfThePapersShape() {
    FrozenSetting setting = FrozenPlan.of(Tier.DESK, Seeds.from(1)).settings().getFirst();
    assertEquals(List.of(2, 4, 8, 16, 32, 64), setting.ranks());
  }

  private static List<Long> seeds(List<FrozenSetting> settings, OutputBias bias) {
    return settings.stream().filter(it -> it.bias() == bias).map(FrozenSetting::seed).toList();
  }
}
