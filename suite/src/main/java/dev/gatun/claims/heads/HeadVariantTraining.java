package dev.gatun.claims.heads;

import dev.gatun.data.BatchSource;
import dev.gatun.data.RandomWindows;
import dev.gatun.data.Randomness;
import dev.gatun.data.TokenizedCorpus;
import dev.gatun.experiment.RunBody;
import dev.gatun.experiment.RunEnvironment;
import dev.gatun.experiment.TrainedModel;
import dev.gatun.experiment.TrainedModel.Observer;
import dev.gatun.measure.HeldOutWindows;
import dev.gatun.model.LanguageModel;
import dev.gatun.results.RunRecorder;
import dev.gatun.train.DivergedException;

/**
 * Trains the model of a {@link HeadVariantSetting} and records its loss on held-out windows. Arms
 * of one seed share batches, windows, and the initial weights of all parameters that they share.
 */
public class HeadVariantTraining implements RunBody<HeadVariantSetting> {
  /** Cross-entropy on held-out windows, over training. */
  static final String VALIDATION_LOSS = "validation_loss";

  /** The same at the end of a run that only tries its learning rate. */
  static final String TRIAL_LOSS = "trial_loss";

  @Override
  public final void run(
      HeadVariantSetting setting, RunEnvironment environment, RunRecorder recorder) {
    Randomness randomness = Randomness.of(setting.seed());
    TokenizedCorpus corpus = environment.tokens(setting.size().vocabulary());
    var evaluation =
        new HeldOutWindows(
            corpus.validation(),
            setting.windows(),
            setting.batch(),
            setting.length(),
            randomness.stream("held-out windows"));
    var batches =
        new RandomWindows(
            corpus.train(), setting.batch(), setting.length(), randomness.stream("batches"));
    recorder.metric("learning_rate", 0, setting.training().learningRate(), "1");
    recorder.metric("tokens_per_step", 0, (double) setting.batch() * setting.length(), "tokens");
    Observer watching = watching(setting);
    try {
      TrainedModel.run(
          setting,
          environment,
          batches(setting, batches),
          (step, model) -> {
            watching.reached(step, model);
            if (step == 0) {
              environment.rehearse(() -> evaluation.loss(model));
            }
            evaluate(setting, step, model, evaluation, environment, recorder);
          });
    } catch (DivergedException e) {
      // A measurement that failed: trials pass over it, and no check takes it for a loss.
      recorder.metric(lossName(setting), setting.steps(), Double.NaN, "nats");
    }
  }

  protected BatchSource batches(HeadVariantSetting setting, BatchSource ofTheCorpus) {
    return ofTheCorpus;
  }

  /** What else sees the model at every step, before it is evaluated. */
  protected Observer watching(HeadVariantSetting setting) {
    return (_, _) -> {};
  }

  private static void evaluate(
      HeadVariantSetting setting,
      long step,
      LanguageModel model,
      HeldOutWindows windows,
      RunEnvironment environment,
      RunRecorder recorder) {
    if (setting.evaluations().contains(step)) {
      environment.measure(
          () -> recorder.metric(lossName(setting), step, windows.loss(model), "nats"));
    }
    if (step == setting.steps() && setting.variant().neverClasses() > 0) {
      double among = windows.lossAmong(model, setting.size().vocabulary());
      recorder.metric("loss_among_occurring", step, among, "nats");
    }
  }

  private static String lossName(HeadVariantSetting setting) {
    return setting.trial() ? TRIAL_LOSS : VALIDATION_LOSS;
  }
}
