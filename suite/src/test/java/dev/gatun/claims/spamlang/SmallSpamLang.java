package dev.gatun.claims.spamlang;

import dev.gatun.backend.Backend;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.ProgressListener;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.SweepClaim;
import dev.gatun.experiment.Tier;
import dev.gatun.experiment.UsualTraining;
import dev.gatun.model.TransformerConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;

/** Some of the quick tier's SpamLang arms, with V and batch made smaller for tests. */
final class SmallSpamLang {
  private SmallSpamLang() {}

  /**
   * A plan of some arms.
   *
   * @param size V in place of V; the batch follows, so that coverage and steps stay
   */
  static SpamLangPlan plan(long firstSeed, List<String> arms, IntUnaryOperator size) {
    List<SpamLangSetting> settings =
        SpamLangPlan.quick(Seeds.from(firstSeed)).settings().stream()
            .filter(setting -> arms.contains(setting.arm()))
            .map(setting -> resized(setting, size))
            .toList();
    return new SpamLangPlan(settings);
  }

  /** The claim on these arms, each setting changed by a fault. */
  static Claim claim(
      List<String> arms,
      IntUnaryOperator size,
      UnaryOperator<SpamLangSetting> fault,
      SpamLangRun.Examples examples) {
    return new SweepClaim(
        "A6",
        SpamLangRun.runs(
            examples,
            (_, seeds) -> plan(seeds.first(), arms, size).settings().stream().map(fault).toList()));
  }

  /** G5 on these arms. */
  static Claim coverageLaw(
      List<String> arms, IntUnaryOperator size, SpamLangRun.Examples examples) {
    return new SweepClaim(
        "G5",
        SpamLangRun.coverageLaw(
            SpamLangRun.runs(examples, (_, seeds) -> plan(seeds.first(), arms, size).settings())));
  }

  static ClaimContext context(Backend backend, Path output) {
    return new ClaimContext(
        backend,
        Tier.QUICK,
        Seeds.from(1),
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
