package dev.gatun.claims.heads;

import dev.gatun.experiment.ModelSize;
import dev.gatun.experiment.UsualTraining;
import java.util.List;
import java.util.stream.Stream;

/**
 * What all arms of {@link HeadVariantExperiment} have in common at a tier.
 *
 * @param size of the models
 * @param batch windows per step
 * @param steps training steps
 * @param windows held-out windows of an evaluation
 */
record HeadVariantScale(ModelSize size, int batch, long steps, int windows) {

  /**
   * Share of a run in which the learning rate rises. After a tenth of a quick run some seeds stay
   * on a plateau for the rest of it: final losses then scatter by 0.2 nats, and by 0.02 with this.
   */
  private static final double WARM_UP = 0.3;

  /** Shares of a run after which it is evaluated, closest where the loss falls fastest. */
  private static final List<Integer> THIRTY_SECONDS = List.of(1, 2, 4, 6, 8, 12, 16, 20, 24, 28);

  /** A run of a variant under its own name. */
  HeadVariantSetting setting(HeadVariant variant, double learningRate, long seed) {
    return setting(variant, learningRate, evaluations(), false, seed);
  }

  /** A run of a variant that tries a rate: looked at in the end alone. */
  HeadVariantSetting trial(HeadVariant variant, double learningRate, long seed) {
    return setting(variant, learningRate, List.of(steps), true, seed);
  }

  private HeadVariantSetting setting(
      HeadVariant variant, double learningRate, List<Long> evaluations, boolean trial, long seed) {
    return new HeadVariantSetting(
        variant,
        size,
        new UsualTraining(batch, steps, learningRate, Math.round(WARM_UP * steps)),
        windows,
        evaluations,
        trial,
        seed);
  }

  private List<Long> evaluations() {
    Stream<Long> between = THIRTY_SECONDS.stream().map(part -> steps * part / 32);
    return Stream.concat(Stream.concat(Stream.of(0L), between), Stream.of(steps))
        .distinct()
        .toList();
  }
}
