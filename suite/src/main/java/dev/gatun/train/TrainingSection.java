package dev.gatun.train;

import static dev.gatun.train.RunConfig.or;
import static dev.gatun.train.RunConfig.refuse;
import static dev.gatun.train.RunConfig.required;

import dev.gatun.train.LearningRateSchedule.Form;
import dev.gatun.train.TrainingConfig.AdamWSettings;
import dev.gatun.train.TrainingConfig.MomentumSgdSettings;
import dev.gatun.train.TrainingConfig.OptimiserSettings;
import dev.gatun.train.TrainingConfig.WeightDecayOn;
import tools.jackson.databind.PropertyNamingStrategies.KebabCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** The keys of [training] in a configuration file; null where one is left out. */
@JsonNaming(KebabCaseStrategy.class)
record TrainingSection(
    Long steps,
    Integer batch,
    Integer length,
    Integer accumulation,
    Double learningRate,
    Form schedule,
    Long warmUpSteps,
    Double finalShare,
    Kind optimiser,
    Double momentum,
    Double beta1,
    Double beta2,
    Double epsilon,
    Double weightDecay,
    WeightDecayOn weightDecayOn,
    Double clipNorm,
    Long seed,
    Long evaluationInterval,
    Integer evaluationBatches,
    Long checkpointInterval) {

  /** The optimisers. */
  enum Kind {
    ADAMW,
    SGD
  }

  /** The training with all defaults filled in. */
  TrainingConfig config() {
    return new TrainingConfig(
        required("steps", steps),
        required("batch", batch),
        required("length", length),
        or(accumulation, 1),
        new LearningRateSchedule(
            or(schedule, Form.CONSTANT),
            required("learning-rate", learningRate),
            or(warmUpSteps, 0L),
            steps,
            or(finalShare, 0.1)),
        optimiser == Kind.SGD ? momentumSgd() : adamW(),
        or(clipNorm, Double.POSITIVE_INFINITY),
        required("seed", seed),
        or(evaluationInterval, 0L),
        or(evaluationBatches, 8),
        or(checkpointInterval, 0L));
  }

  private OptimiserSettings adamW() {
    refuse("momentum", momentum, "optimiser \"sgd\"");
    AdamWSettings usual = AdamWSettings.usual();
    return new AdamWSettings(
        or(beta1, usual.beta1()),
        or(beta2, usual.beta2()),
        or(epsilon, usual.epsilon()),
        or(weightDecay, usual.weightDecay()),
        or(weightDecayOn, usual.weightDecayOn()));
  }

  private OptimiserSettings momentumSgd() {
    refuse("beta1", beta1, "optimiser \"adamw\"");
    refuse("beta2", beta2, "optimiser \"adamw\"");
    refuse("epsilon", epsilon, "optimiser \"adamw\"");
    MomentumSgdSettings usual = MomentumSgdSettings.usual();
    return new MomentumSgdSettings(
        or(momentum, usual.momentum()),
        or(weightDecay, usual.weightDecay()),
        or(weightDecayOn, usual.weightDecayOn()));
  }
}
