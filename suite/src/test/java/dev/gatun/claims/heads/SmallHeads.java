package dev.gatun.claims.heads;

import dev.gatun.backend.Backend;
import dev.gatun.data.CorpusChoice;
import dev.gatun.data.SmallText;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.ProgressListener;
import dev.gatun.experiment.RunBody;
import dev.gatun.experiment.RunEnvironment;
import dev.gatun.experiment.Tier;
import dev.gatun.model.TransformerConfig.HeadForm;
import dev.gatun.results.RunRecorder;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;

/** The experiment on heads at a size for tests: V = 512, D = 32, one layer, 192 steps. */
final class SmallHeads {
  static final int STEPS = 192;

  private SmallHeads() {}

  static HeadVariantPlan plan(long firstSeed) {
    return plan(firstSeed, 5, List.of(6e-3), List.of());
  }

  static HeadVariantPlan plan(
      long firstSeed, int seeds, List<Double> rates, List<Long> trialSeeds) {
    return new HeadVariantPlan(
        new HeadVariantScale(512, 32, 1, 4, 16, 16, STEPS, 128),
        List.of(2, 4, 32),
        List.of(16, 32),
        List.of(256),
        rates,
        trialSeeds,
        LongStream.range(firstSeed, firstSeed + seeds).boxed().toList());
  }

  static HeadVariantExperiment experiment() {
    return experiment(new HeadVariantTraining());
  }

  static HeadVariantExperiment experiment(RunBody<HeadVariantSetting> training) {
    return new HeadVariantExperiment(training, SmallHeads::plan);
  }

  /** Smaller again: V = 256 and 128 steps of 128 tokens. */
  static HeadVariantPlan tiny(long firstSeed) {
    return new HeadVariantPlan(
        new HeadVariantScale(256, 32, 1, 4, 16, 8, 128, 64),
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
  static HeadVariantSetting withRank(HeadVariantSetting s, int rank) {
    return new HeadVariantSetting(
        s.arm(),
        s.vocabulary(),
        s.neverClasses(),
        s.width(),
        s.layers(),
        s.heads(),
        new HeadForm.Factorised(rank),
        s.backward(),
        s.length(),
        s.batch(),
        s.steps(),
        s.learningRate(),
        s.warmupSteps(),
        s.windows(),
        s.evaluations(),
        s.trial(),
        s.seed());
  }
}
