package dev.gatun.claims;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.claims.bottleneck.BottleneckPlan;
import dev.gatun.claims.bottleneck.BottleneckSetting;
import dev.gatun.claims.heads.HeadFamilySetting;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.PlannedRuns;
import dev.gatun.experiment.RunSetting;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.Tier;
import dev.gatun.results.CheckKind;
import dev.gatun.results.ExpectedCheck;
import dev.gatun.results.ExpectedValues;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the plans of the desk tier promise. */
class DeskPlansTest {
  private static final long TRIAL_SEEDS = 1_000_000;

  @ParameterizedTest
  @ValueSource(
      strings = {"A1", "A2", "A3", "A4", "A5", "A6", "A7", "A9", "A10", "G2", "G3", "G5", "H1"})
  void everyCheckFindsItsArmsAndSeeds(String claim) {
    Map<String, Set<Long>> seeds =
        runs(claim).stream()
            .collect(
                Collectors.groupingBy(
                    RunSetting::arm, Collectors.mapping(RunSetting::seed, Collectors.toSet())));
    for (ExpectedCheck check : ExpectedValues.shipped().of(claim).checks()) {
      if (check.tiers().contains(Tier.DESK.label())) {
        for (String arm : trainedArms(check)) {
          assertTrue(seeds.containsKey(arm), claim + " " + check.id() + " needs " + arm);
          if (check.kind() == CheckKind.STATISTICAL) {
            int there = seeds.get(arm).size();
            assertTrue(there >= check.minimumSeeds(), claim + " " + check.id() + ": " + there);
          }
        }
      }
    }
  }

  /** The arms that a check names, without those that compare two arms. */
  private static List<String> trainedArms(ExpectedCheck check) {
    List<String> arms = new ArrayList<>(check.arms());
    arms.addAll(check.nullArms());
    arms.add(check.minusArm());
    arms.removeIf(arm -> arm.isEmpty() || arm.contains("-over-"));
    return arms;
  }

  @Test
  void headsOfEveryRankSeeTenMillionTokens() {
    List<RunSetting> runs = runs("A7").stream().filter(run -> run.seed() < TRIAL_SEEDS).toList();
    assertEquals(
        Set.of("full", "rank2", "rank8", "rank16", "rank32"),
        runs.stream().map(RunSetting::arm).collect(Collectors.toSet()));
    assertEquals(5 * 5, runs.size());
    runs.forEach(run -> assertTrue(run.tokens() >= 10_000_000, run.id()));
  }

  @Test
  void everyArmOfA7TriesFiveRates() {
    assertEquals(5 * 5, runs("A7").stream().filter(run -> run.seed() > TRIAL_SEEDS).count());
  }

  @Test
  void oneWidthSeesTwentyMillionTokensForWhatIsFlatThroughTraining() {
    List<BottleneckSetting> longest =
        bottleneck().stream().filter(setting -> setting.tokens() >= 20_000_000).toList();
    assertEquals(List.of(1L, 2L, 3L, 4L, 5L), longest.stream().map(RunSetting::seed).toList());
    for (BottleneckSetting setting : longest) {
      assertEquals("d32", setting.arm());
      assertEquals(2048, setting.size().vocabulary());
      long half = setting.steps() / 2;
      assertEquals(6, setting.checkpoints().stream().filter(step -> step >= half).count());
    }
  }

  @Test
  void ranksAreThoseOfFourContextsForEachOfThousandsOfTokens() {
    List<BottleneckSetting> ranked =
        bottleneck().stream().filter(setting -> setting.rankWindows() > 0).toList();
    assertEquals(5, ranked.size());
    for (BottleneckSetting setting : ranked) {
      assertEquals(16_384, setting.rankContexts());
      assertEquals(4096, setting.size().vocabulary());
    }
  }

  @Test
  void othersHaveTenTimesTheTokensOfTheQuickTierAtOneWidthByVocabulary() {
    long tokens = BottleneckPlan.quick(Seeds.from(1)).settings().getFirst().tokens();
    Map<String, Double> shares =
        bottleneck().stream()
            .filter(setting -> setting.tokens() == 10 * tokens)
            .collect(
                Collectors.toMap(
                    BottleneckSetting::arm,
                    setting -> (double) setting.size().width() / setting.size().vocabulary(),
                    (share, same) -> share));
    assertEquals(
        Set.of("d64", "control-log-unigram-d64", "control-learned-d64", "d128"), shares.keySet());
    assertEquals(Set.of(0.03125), Set.copyOf(shares.values()));
    assertEquals(5 * 5, bottleneck().size());
  }

  @Test
  void everyHeadSeesFiveMillionTokensAndHasJacobiansAtFiveHundredContexts() {
    List<HeadFamilySetting> runs =
        runs("H1").stream()
            .filter(HeadFamilySetting.class::isInstance)
            .map(HeadFamilySetting.class::cast)
            .filter(setting -> !setting.trial())
            .toList();
    assertEquals(5 * HeadChoice.all().size(), runs.size());
    for (HeadFamilySetting setting : runs) {
      assertTrue(setting.tokens() >= 5_000_000, setting.id());
      assertEquals(512, setting.contexts());
    }
  }

  private static List<BottleneckSetting> bottleneck() {
    return BottleneckPlan.of(Tier.DESK, Seeds.from(1)).settings();
  }

  private static List<RunSetting> runs(String id) {
    List<Claim> claims = Claims.all().stream().filter(claim -> claim.id().equals(id)).toList();
    return PlannedRuns.of(claims, Tier.DESK, Seeds.from(1)).runs().stream()
        .<RunSetting>map(run -> run.setting())
        .toList();
  }
}
