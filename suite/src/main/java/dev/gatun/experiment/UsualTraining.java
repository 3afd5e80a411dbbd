package dev.gatun.experiment;

import dev.gatun.train.LearningRateSchedule;
import dev.gatun.train.LearningRateSchedule.Form;
import dev.gatun.train.TrainingConfig;
import dev.gatun.train.TrainingConfig.AdamWSettings;
import dev.gatun.train.TrainingConfig.OptimiserSettings;

/**
 * How experiments train: the learning rate warms up linearly and falls to a tenth by a cosine, and
 * the gradient is scaled down to norm 1.
 *
 * @param batch sequences per step
 * @param steps training steps
 * @param learningRate its peak
 * @param warmUpSteps steps of linear warm-up
 * @param optimiser how gradients become steps
 */
public record UsualTraining(
    int batch, long steps, double learningRate, long warmUpSteps, OptimiserSettings optimiser) {
  private static final double FINAL_SHARE = 0.1;

  /** By AdamW with its usual settings. */
  public UsualTraining(int batch, long steps, double learningRate, long warmUpSteps) {
    this(batch, steps, learningRate, warmUpSteps, AdamWSettings.usual());
  }

  /** The training of one run; nothing is evaluated or kept, except by listeners. */
  TrainingConfig config(int length, long seed) {
    return new TrainingConfig(
        steps,
        batch,
        length,
        1,
        new LearningRateSchedule(Form.COSINE, learningRate, warmUpSteps, steps, FINAL_SHARE),
        optimiser,
        1,
        seed,
        0,
        1,
        0);
  }
}
