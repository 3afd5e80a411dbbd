package dev.gatun.claims.heads;

import dev.gatun.backend.Backend;
import dev.gatun.claims.heads.HeadVariantExperiment.Plans;
import dev.gatun.data.SmallText;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.ModelSize;
import dev.gatun.experiment.ProgressListener;
import dev.gatun.experiment.RunBody;
import dev.gatun.experiment.RunEnvironment;
import dev.gatun.experiment.Sweep;
import dev.gatun.experiment.SweepClaim;
import dev.gatun.experiment.Tier;
import dev.gatun.model.TransformerConfig.HeadForm;
import dev.gatun.model.head.HeadBackward;
import dev.gatun.results.RunRecorder;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;

/** The experiment on heads at a size for tests: V = 512, D = 32, one layer, 192 steps. */
final class SmallHeads {
  static final int STEPS = 192;

  static final Plans PLANS = (_, seed) -> plan(seed);
  static final Plans TINY = (_, seed) -> tiny(seed);

  private SmallHeads() {}

  static HeadVariantPlan plan(long firstSeed) {
    return plan(firstSeed, 5, List.of(6e-3), List.of());
  }

  static HeadVariantPlan plan(
      long firstSeed, int seeds, List<Double> rates, List<Long> trialSeeds) {
    return new HeadVariantPlan(
        new HeadVariantScale(new ModelSize(512, 32, 1, 4, 16), 16, STEPS, 128),
        List.of(2, 4, 32),
        List.of(16, 32),
        List.of(256),
        rates,
        trialSeeds,
        LongStream.range(firstSeed, firstSeed + seeds).boxed().toList());
  }

  static Sweep<HeadVariantSetting> sweep(RunBody<HeadVariantSetting> training) {
    return new Sweep<>("heads", training);
  }

  static Claim a7(Sweep<HeadVariantSetting> sweep, Plans plans) {
    var runs = new HeadVariantExperiment(sweep, plans, HeadVariantPlan::rankArms);
    return new SweepClaim("A7", runs, new EfficiencyFactors(runs, HeadChoice.LINEAR));
  }

  static Claim c1(Sweep<HeadVariantSetting> sweep, Plans plans) {
    return claim("C1", sweep, plans, HeadVariantPlan::backwardArms);
  }

  static Claim c2(Sweep<HeadVariantSetting> sweep, Plans plans) {
    return claim("C2", sweep, plans, HeadVariantPlan::orthogonalArms);
  }

  static Claim c3(Sweep<HeadVariantSetting> sweep, Plans plans) {
    return claim("C3", sweep, plans, HeadVariantPlan::neverArms);
  }

  private static Claim claim(
      String id,
      Sweep<HeadVariantSetting> sweep,
      Plans plans,
      Function<HeadVariantPlan, List<HeadVariant>> arms) {
    return new SweepClaim(id, new HeadVariantExperiment(sweep, plans, arms));
  }

  /** Smaller again: V = 256 and 128 steps of 128 tokens. */
  static HeadVariantPlan tiny(long firstSeed) {
    return new HeadVariantPlan(
        new HeadVariantScale(new ModelSize(256, 32, 1, 4, 16), 8, 128, 64),
        List.of(2, 4, 32),
        List.of(16, 32),
        List.of(256),
        List.of(1e-2),
        List.of(),
        LongStream.range(firstSeed, firstSeed + 5).boxed().toList());
  }

  static ClaimContext context(Backend backend, Path output) {
    return context(backend, output, ProgressListener.NONE);
  }

  static ClaimContext context(Backend backend, Path output, ProgressListener listener) {
    return new ClaimContext(
        backend, Tier.QUICK, 7, () -> SmallText.corpus(2_000_000), listener, output);
  }

  /** Trains every setting as another one. */
  static RunBody<HeadVariantSetting> training(UnaryOperator<HeadVariantSetting> as) {
    var whole = new HeadVariantTraining();
    return (HeadVariantSetting setting, RunEnvironment environment, RunRecorder recorder) ->
        whole.run(as.apply(setting), environment, recorder);
  }

  /** The setting with a head W = A·B of another rank, under the same name. */
  static HeadVariantSetting withRank(HeadVariantSetting setting, int rank) {
    return with(setting, new HeadForm.Factorised(rank), setting.backward());
  }

  /** The setting with another backward pass, under the same name. */
  static HeadVariantSetting withBackward(HeadVariantSetting setting, HeadBackward backward) {
    return with(setting, setting.variant().head(), backward);
  }

  private static HeadVariantSetting with(
      HeadVariantSetting s, HeadForm head, HeadBackward backward) {
    HeadVariant of = s.variant();
    return new HeadVariantSetting(
        new HeadVariant(of.arm(), head, backward, of.neverClasses(), of.rateOf()),
        s.size(),
        s.training(),
        s.windows(),
        s.evaluations(),
        s.trial(),
        s.seed());
  }
}
