package dev.gatun.claims.saturation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.Tier;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SaturationPlanTest {
  @Test
  void deskHasFiveSeedsOfTheNarrowModelAndThreeOfTheWideOneEachWithABiasToo() {
    Map<String, List<Long>> seeds =
        SaturationPlan.of(Tier.DESK, Seeds.from(1)).settings().stream()
            .collect(
                Collectors.groupingBy(
                    SaturationSetting::arm,
                    Collectors.mapping(SaturationSetting::seed, Collectors.toList())));
    assertEquals(
        Map.of(
            "d4", List.of(1L, 2L, 3L, 4L, 5L),
            "control-log-unigram-d4", List.of(1L, 2L, 3L, 4L, 5L),
            "d64", List.of(1L, 2L, 3L),
            "control-log-unigram-d64", List.of(1L, 2L, 3L)),
        seeds);
  }

  @Test
  void deskTrainsEveryModelOnTheSameTokensAndMeasuresThreeTimesInTheLastTenth() {
    for (SaturationSetting setting : SaturationPlan.of(Tier.DESK, Seeds.from(1)).settings()) {
      assertEquals(1024, setting.size().vocabulary());
      assertEquals(25_600_000, setting.steps() * setting.batch() * setting.length());
      assertEquals(31, setting.checkpoints().size());
      assertEquals(0, setting.checkpoints().getFirst());
      assertEquals(setting.steps(), setting.checkpoints().getLast().longValue());
      assertEquals(
          3, setting.checkpoints().stream().filter(step -> step >= 0.9 * setting.steps()).count());
    }
  }
}
