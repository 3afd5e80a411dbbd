package dev.gatun.experiment;

import dev.gatun.train.LearningRateSchedule;
import dev.gatun.train.LearningRateSchedule.Form;
import dev.gatun.train.TrainingConfig;
import dev.gatun.train.TrainingConfig.AdamWSettings;
import dev.gatun.train.TrainingConfig.OptimiserSettings;

/**
 * How experiments train: the learning rate warms up linearly and falls to a tenth by a cosine, the
 * gradient is scaled down to norm 1, and nothing is evaluated or kept but by listeners.
 */
public final class UsualTraining {
  private static final double FINAL_SHARE = 0.1;

  private UsualTraining() {}

  /** A run's, by AdamW as usual. */
  public static TrainingConfig of(RunSetting setting, double learningRate, long warmupSteps) {
    return of(setting, learningRate, warmupSteps, AdamWSettings.usual());
  }

  /** A run's, by another optimiser. */
  public static TrainingConfig of(
      RunSetting setting, double learningRate, long warmupSteps, OptimiserSettings optimiser) {
    return of(setting, setting.steps(), learningRate, warmupSteps, optimiser);
  }

  /** Of so many steps of a run, whose others are no such training. */
  public static TrainingConfig of(
      RunSetting setting,
      long steps,
      double learningRate,
      long warmupSteps,
      OptimiserSettings optimiser) {
    return new TrainingConfig(
        steps,
        setting.batch(),
        setting.length(),
        1,
        new LearningRateSchedule(Form.COSINE, learningRate, warmupSteps, steps, FINAL_SHARE),
        optimiser,
        1,
        setting.seed(),
        0,
        1,
        0);
  }
}
