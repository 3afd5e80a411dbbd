package dev.gatun.claims.spamlang;

import dev.gatun.backend.Backend;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.ProgressListener;
import dev.gatun.experiment.SweepClaim;
import dev.gatun.experiment.Tier;
import dev.gatun.experiment.UsualTraining;
import dev.gatun.model.TransformerConfig;
import dev.gatun.results.ExpectedCheck;
import dev.gatun.results.ExpectedValues;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;

/** The quick tier's SpamLang arms that one check reads, with V and batch made smaller for tests. */
final class SmallSpamLang {
  private SmallSpamLang() {}

  /**
   * A plan of the arms of a check.
   *
   * @param size V in place of V; the batch follows, so that coverage and steps stay
   */
  static SpamLangPlan plan(long firstSeed, String check, IntUnaryOperator size) {
    Set<String> arms = armsOf(check);
    List<SpamLangSetting> settings =
        SpamLangPlan.quick(firstSeed).settings().stream()
            .filter(setting -> arms.contains(setting.arm()))
            .map(setting -> resized(setting, size))
            .toList();
    return new SpamLangPlan(settings);
  }

  /** The claim on these arms, each setting changed by a fault. */
  static Claim claim(
      String check,
      IntUnaryOperator size,
      UnaryOperator<SpamLangSetting> fault,
      SpamLangRun.Examples examples) {
    return new SweepClaim(
        "A6",
        SpamLangRun.runs(
            examples,
            (_, seed) -> plan(seed, check, size).settings().stream().map(fault).toList()));
  }

  static ClaimContext context(Backend backend, Path output) {
    return new ClaimContext(
        backend,
        Tier.QUICK,
        1,
        () -> {
          throw new AssertionError("SpamLang needs no corpus");
        },
        ProgressListener.NONE,
        output);
  }

  /** The same with other steps, rate and rank of the backward pass. */
  static SpamLangSetting with(
      SpamLangSetting s, long steps, double learningRate, int backwardRank) {
    return new SpamLangSetting(
        s.arm(),
        s.model(),
        backwardRank,
        new UsualTraining(
            s.batch(), steps, learningRate, s.training().warmUpSteps(), s.training().optimiser()),
        s.seed());
  }

  private static Set<String> armsOf(String check) {
    ExpectedCheck expected =
        ExpectedValues.shipped().of("A6").checks().stream()
            .filter(c -> c.id().equals(check))
            .findFirst()
            .orElseThrow();
    Set<String> arms = new HashSet<>(expected.arms());
    if (!expected.minusArm().isEmpty()) {
      arms.add(expected.minusArm());
    }
    return arms;
  }

  private static SpamLangSetting resized(SpamLangSetting s, IntUnaryOperator size) {
    TransformerConfig model = s.model();
    int vocabulary = size.applyAsInt(model.vocabulary());
    return new SpamLangSetting(
        s.arm(),
        TransformerConfig.gpt2(
                vocabulary, model.width(), model.layers(), model.heads(), model.contextLength())
            .withHead(model.head()),
        s.backwardRank(),
        new UsualTraining(
            Math.multiplyExact(s.batch(), vocabulary) / model.vocabulary(),
            s.steps(),
            s.training().learningRate(),
            s.training().warmUpSteps(),
            s.training().optimiser()),
        s.seed());
  }
}
