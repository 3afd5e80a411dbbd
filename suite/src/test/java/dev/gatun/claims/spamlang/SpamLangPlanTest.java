package dev.gatun.claims.spamlang;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.data.BatchSource;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.Tier;
import dev.gatun.experiment.UsualTraining;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.head.HeadBackward;
import dev.gatun.tensor.Batch;
import dev.gatun.train.TrainingConfig.AdamWSettings;
import dev.gatun.train.TrainingConfig.MomentumSgdSettings;
import dev.gatun.train.TrainingConfig.OptimiserSettings;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class SpamLangPlanTest {
  private static final int VOCABULARY = 5;

  @Test
  void everySequenceCountsOnceWhateverItsLength() {
    // Step s has the symbols s and 4; each sequence repeats its symbol three times.
    BatchSource batches =
        step -> {
          int symbol = (int) step;
          int[] ids = {symbol, symbol, symbol, 4, 4, 4};
          return new Batch(ids, ids, 2, 3);
        };
    SymbolVisits visits = SymbolVisits.of(batches, setting(AdamWSettings.usual(), 4));
    assertEquals(VOCABULARY, visits.symbols());
    assertEquals(6.0 / VOCABULARY, visits.meanVisits());
    assertEquals(0.8, visits.seenShare());
    assertArrayEquals(new int[] {0, 1, 3}, visits.numbers());
    assertArrayEquals(new int[] {3}, visits.symbolsSeen(0, 0));
    assertArrayEquals(new int[] {0, 1, 2}, visits.symbolsSeen(1, 2));
    assertArrayEquals(new int[] {4}, visits.symbolsSeen(3, Double.POSITIVE_INFINITY));
  }

  @Test
  void arrangementsThatTrainDifferentlyAreDifferentConfigurations() {
    SpamLangSetting adamW = setting(AdamWSettings.usual(), 4);
    SpamLangSetting sgd = setting(MomentumSgdSettings.usual(), 4);
    SpamLangSetting limited = setting(AdamWSettings.usual(), 2);
    List<String> configurations =
        Stream.of(adamW, sgd, limited).map(JsonMapper.shared()::writeValueAsString).toList();
    assertEquals(3, configurations.stream().distinct().count(), configurations::toString);
    assertEquals(HeadBackward.EXACT, adamW.backward());
    assertEquals(new HeadBackward.RankLimited(2), limited.backward());
  }

  @Test
  void everyPlanHasFiveSeedsOfEachArmOrThreeOfTheLargestAtTheDeskAndNoArmTwice() {
    for (Tier tier : Tier.values()) {
      List<SpamLangSetting> settings = SpamLangPlan.of(tier, Seeds.from(1)).settings();
      Map<String, List<SpamLangSetting>> arms =
          settings.stream().collect(Collectors.groupingBy(SpamLangSetting::arm));
      arms.forEach((arm, runs) -> {
        boolean few = tier == Tier.DESK && runs.getFirst().model().vocabulary() > 8192;
        assertEquals(
            few ? List.of(1L, 2L, 3L) : List.of(1L, 2L, 3L, 4L, 5L),
            runs.stream().map(SpamLangSetting::seed).toList(),
            arm);
      });
      assertEquals(
          settings.size(),
          settings.stream().map(SpamLangSetting::id).distinct().count(),
          tier.label());
    }
  }

  @Test
  void armsOfEqualCoverageSeeWhatTheirNameSays() {
    Map<String, SpamLangSetting> arms =
        SpamLangPlan.quick(Seeds.from(1)).settings().stream()
            .filter(setting -> setting.seed() == 1)
            .collect(Collectors.toMap(SpamLangSetting::arm, Function.identity()));
    assertEquals(4.875, arms.get("v2048-seq4.88-rate0.003").sequencesPerSymbol());
    assertEquals(19.5, arms.get("v2048-seq19.5-rate0.01").sequencesPerSymbol());
    assertEquals(78, arms.get("v512-seq78-rate0.01").sequencesPerSymbol());
    assertEquals(4.875, arms.get("v2048-batch128-rate0.003").sequencesPerSymbol());
    assertEquals(19.5, arms.get("v512-batch128-rate0.03").sequencesPerSymbol());
    assertEquals(4.875, arms.get("length64").sequencesPerSymbol());
    assertEquals(arms.get("length64").tokens(), arms.get("length1-equal-positions").tokens());
  }

  @Test
  void theLargestVocabularyOfTheDeskHasThePapersSequencesPerSymbol() {
    List<SpamLangSetting> settings = SpamLangPlan.desk(Seeds.from(1)).settings();
    for (SpamLangSetting setting : settings) {
      if (setting.arm().contains("-batch")) {
        assertEquals(64, setting.length(), setting.arm());
        assertEquals(128, setting.batch(), setting.arm());
        assertEquals(624, setting.steps(), setting.arm());
      }
    }
    SpamLangSetting largest = settings.getFirst();
    assertEquals("v16384-batch128-rate0.001", largest.arm());
    assertEquals(4.875, largest.sequencesPerSymbol());
    assertEquals(
        32_768, settings.stream().mapToInt(s -> s.model().vocabulary()).max().orElseThrow());
    assertEquals(3 * 6 + 5 * 20, settings.size());
  }

  @Test
  void thePapersQuestionIsAskedOfItsSequences() {
    for (SpamLangSetting setting : SpamLangPlan.quick(Seeds.from(1)).settings()) {
      if (setting.arm().contains("-batch")) {
        assertEquals(64, setting.length(), setting.arm());
        assertEquals(128, setting.batch(), setting.arm());
        assertEquals(78, setting.steps(), setting.arm());
      }
    }
  }

  @Test
  void paperTierIsThePapersConfiguration() {
    SpamLangSetting largest =
        SpamLangPlan.paper(Seeds.from(1)).settings().stream()
            .filter(setting -> setting.arm().equals("v131072-batch128-rate0.001"))
            .findFirst()
            .orElseThrow();
    TransformerConfig model = largest.model();
    assertEquals(131_072, model.vocabulary());
    assertEquals(576, model.width());
    assertEquals(30, model.layers());
    assertEquals(9, model.heads());
    assertEquals(1536, model.mlpWidth());
    assertEquals(64, largest.length());
    assertEquals(128, largest.batch());
    assertEquals(5000, largest.steps());
    assertEquals(4.88, largest.sequencesPerSymbol(), 0.005);
  }

  private static SpamLangSetting setting(OptimiserSettings optimiser, int backwardRank) {
    return new SpamLangSetting(
        "arm",
        TransformerConfig.gpt2(VOCABULARY, 4, 1, 2, 3),
        backwardRank,
        new UsualTraining(2, 3, 1e-2, 0, optimiser),
        1);
  }
}
