package dev.gatun.claims.signal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.Tier;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SignalPlanTest {
  @ParameterizedTest
  @EnumSource(Tier.class)
  void everyTierHasFiveSeedsOfWidthsOnBigramsAndOfTrigrams(Tier tier) {
    List<SignalSetting> settings = SignalPlan.of(tier, Seeds.from(3)).settings();
    Map<String, List<Long>> seeds =
        settings.stream()
            .collect(
                Collectors.groupingBy(
                    SignalSetting::arm,
                    Collectors.mapping(SignalSetting::seed, Collectors.toList())));
    seeds.forEach((arm, own) -> assertEquals(List.of(3L, 4L, 5L, 6L, 7L), own, arm));
    assertTrue(seeds.keySet().stream().anyMatch(arm -> arm.matches("d\\d+")), tier.label());
    assertTrue(seeds.keySet().stream().anyMatch(arm -> arm.startsWith("order3-")), tier.label());
    for (SignalSetting setting : settings) {
      assertEquals(0, setting.checkpoints().getFirst());
      assertEquals(setting.steps(), setting.checkpoints().getLast().longValue());
    }
  }

  @Test
  void deskHasFourArmsOfOneAndAHalfMillionTokensAtFourTimesTheVocabulary() {
    List<SignalSetting> settings = SignalPlan.of(Tier.DESK, Seeds.from(1)).settings();
    assertEquals(20, settings.size());
    assertEquals(
        Set.of("d48", "d96", "d192", "order3-d96"),
        settings.stream().map(SignalSetting::arm).collect(Collectors.toSet()));
    for (SignalSetting setting : settings) {
      assertEquals(4096, setting.size().vocabulary());
      assertEquals(1_536_000, setting.steps() * setting.batch() * setting.length());
    }
  }
}
