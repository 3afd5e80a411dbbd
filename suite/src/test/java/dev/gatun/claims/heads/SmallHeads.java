package dev.gatun.claims.heads;

import static dev.gatun.claims.heads.HeadVariant.FULL;
import static dev.gatun.claims.heads.HeadVariant.backward;
import static dev.gatun.claims.heads.HeadVariant.never;
import static dev.gatun.claims.heads.HeadVariant.preconditioned;
import static dev.gatun.claims.heads.HeadVariant.rank;

import dev.gatun.backend.Backend;
import dev.gatun.claims.heads.HeadVariantScale.Blocks;
import dev.gatun.data.SmallText;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.ModelSize;
import dev.gatun.experiment.ProgressListener;
import dev.gatun.experiment.RunBody;
import dev.gatun.experiment.RunEnvironment;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.Sweep;
import dev.gatun.experiment.SweepClaim;
import dev.gatun.experiment.Tier;
import dev.gatun.model.HeadForm;
import dev.gatun.model.head.HeadBackward;
import dev.gatun.model.head.HeadBackward.Curvature;
import dev.gatun.results.RunRecorder;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/** The experiment on heads at sizes for tests. */
final class SmallHeads {
  static final int STEPS = 192;

  /** V = 512, D = 32, one layer, 192 steps. */
  static final HeadVariantScale SMALL = scale(512, 16, STEPS, 128);

  /** V = 256 and 128 steps of 128 tokens. */
  static final HeadVariantScale TINY = scale(256, 8, 128, 64);

  private static final List<HeadVariant> RANKS = List.of(FULL, rank(4), rank(16), rank(32));
  private static final List<HeadVariant> BACKWARD =
      List.of(FULL, backward(4), backward(16), backward(32), rank(4), rank(16), rank(32));
  private static final List<HeadVariant> ORTHOGONAL =
      List.of(FULL, HeadVariant.WITHOUT_ORTHOGONAL_PART, HeadVariant.FROZEN);
  private static final List<HeadVariant> HIDDEN_GRADIENTS =
      List.of(
          FULL,
          preconditioned("gauss-newton", Curvature.SOFTMAX),
          backward(16),
          HeadVariant.random(16).tuned(1),
          HeadVariant.trailing(16).tuned(HeadVariant.STARVED));
  private static final List<HeadVariant> NEVER = List.of(FULL, never(768));

  private SmallHeads() {}

  private static HeadVariantScale scale(int vocabulary, int batch, int steps, int windows) {
    var size = new ModelSize(vocabulary, 32, 1, 4, 16);
    return new HeadVariantScale(Blocks.GPT2, size, batch, steps, steps, 0.3, windows);
  }

  static Sweep<HeadVariantSetting> sweep(RunBody<HeadVariantSetting> training) {
    return new Sweep<>("heads", training);
  }

  /** A claim at one rate with five seeds. */
  static Claim claim(String id, Sweep<HeadVariantSetting> sweep, HeadVariantScale scale) {
    return claim(id, sweep, scale, 5, List.of(scale == TINY ? 1e-2 : 6e-3), List.of());
  }

  static Claim claim(
      String id,
      Sweep<HeadVariantSetting> sweep,
      HeadVariantScale scale,
      int seeds,
      List<Double> rates,
      List<Long> trialSeeds) {
    List<HeadVariant> arms =
        switch (id) {
          case "A7" -> RANKS;
          case "C1" -> BACKWARD;
          case "C2" -> ORTHOGONAL;
          case "C3" -> NEVER;
          case "G4" -> HIDDEN_GRADIENTS;
          default -> throw new IllegalArgumentException(id);
        };
    var runs =
        new HeadVariantExperiment(
            sweep,
            (_, all) ->
                List.of(
                    new HeadVariantPlan(
                        scale, arms, rates, trialSeeds, all.of(seeds).boxed().toList())));
    return id.equals("A7")
        ? new SweepClaim(id, runs, new EfficiencyFactors(runs, HeadChoice.LINEAR))
        : new SweepClaim(id, runs);
  }

  static ClaimContext context(Backend backend, Path output) {
    return context(backend, output, ProgressListener.NONE);
  }

  static ClaimContext context(Backend backend, Path output, ProgressListener listener) {
    return new ClaimContext(
        backend, Tier.QUICK, Seeds.from(7), () -> SmallText.corpus(2_000_000), listener, output);
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
        new HeadVariant(of.arm(), head, backward, of.neverClasses(), of.rateOf(), of.rateFactor()),
        s.blocks(),
        s.size(),
        s.training(),
        s.windows(),
        s.evaluations(),
        s.trial(),
        s.seed());
  }
}
