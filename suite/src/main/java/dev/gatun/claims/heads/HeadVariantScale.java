package dev.gatun.claims.heads;

import dev.gatun.experiment.ModelSize;
import dev.gatun.experiment.UsualTraining;
import dev.gatun.model.HeadForm;
import dev.gatun.model.TransformerConfig;
import java.util.List;
import java.util.stream.Stream;

/**
 * What all arms of {@link HeadVariantExperiment} have in common at a tier.
 *
 * @param blocks of the models
 * @param size of the models
 * @param batch windows per step
 * @param steps training steps
 * @param trialSteps those of a run that only tries its learning rate
 * @param warmUp share of a run in which the learning rate rises
 * @param windows held-out windows of an evaluation
 */
record HeadVariantScale(
    Blocks blocks,
    ModelSize size,
    int batch,
    long steps,
    long trialSteps,
    double warmUp,
    int windows) {

  /** Shares of a run after which it is evaluated, closest where the loss falls fastest. */
  private static final List<Integer> THIRTY_SECONDS = List.of(1, 2, 4, 8, 16, 24);

  /** Whose transformer blocks a model has. */
  enum Blocks {
    /** Learned positions, LayerNorm, GELU. */
    GPT2,
    /** Rotary positions, RMSNorm, SwiGLU. */
    LLAMA;

    TransformerConfig model(ModelSize size, HeadForm head) {
      return this == GPT2 ? size.gpt2(head) : size.llama(head);
    }
  }

  /** A run of a variant under its own name. */
  HeadVariantSetting setting(HeadVariant variant, double learningRate, long seed) {
    List<Long> evaluations = variant.hasCurve() ? curve() : List.of(0L, steps);
    return setting(variant, learningRate, steps, evaluations, false, seed);
  }

  /** A run of a variant that tries a rate: looked at in the end alone. */
  HeadVariantSetting trial(HeadVariant variant, double learningRate, long seed) {
    return setting(variant, learningRate, trialSteps, List.of(trialSteps), true, seed);
  }

  private HeadVariantSetting setting(
      HeadVariant variant,
      double learningRate,
      long length,
      List<Long> evaluations,
      boolean trial,
      long seed) {
    return new HeadVariantSetting(
        variant,
        blocks,
        size,
        new UsualTraining(batch, length, learningRate, Math.round(warmUp * length)),
        windows,
        evaluations,
        trial,
        seed);
  }

  private List<Long> curve() {
    Stream<Long> between = THIRTY_SECONDS.stream().map(part -> steps * part / 32);
    return Stream.concat(Stream.concat(Stream.of(0L), between), Stream.of(steps))
        .distinct()
        .toList();
  }
}
