package dev.gatun.claims.heads;

import dev.gatun.backend.Backend;
import dev.gatun.data.BatchSource;
import dev.gatun.data.RandomWindows;
import dev.gatun.data.Randomness;
import dev.gatun.data.TokenizedCorpus;
import dev.gatun.experiment.RunBody;
import dev.gatun.experiment.RunEnvironment;
import dev.gatun.experiment.UsualTraining;
import dev.gatun.measure.HeldOutWindows;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.head.HeadBackward;
import dev.gatun.results.RunRecorder;
import dev.gatun.train.DivergedException;
import dev.gatun.train.Trainer;
import dev.gatun.train.TrainingConfig;
import dev.gatun.train.TrainingListener;
import java.util.List;
import java.util.Optional;

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
    TokenizedCorpus corpus = environment.tokens(setting.vocabulary());
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
    recorder.metric("learning_rate", 0, setting.learningRate(), "1");
    recorder.metric("tokens_per_step", 0, (double) setting.batch() * setting.length(), "tokens");
    try (LanguageModel model = model(setting, environment.backend(), randomness);
        Trainer trainer =
            new Trainer(
                model,
                training(setting),
                batches(setting, batches),
                Optional.empty(),
                List.of(
                    environment.reporting(),
                    watching(setting),
                    evaluating(setting, evaluation, environment, recorder)))) {
      environment.rehearse(() -> evaluation.loss(model));
      trainer.run();
    } catch (DivergedException e) {
      // A measurement that failed: trials pass over it, and no check takes it for a loss.
      recorder.metric(lossName(setting), setting.steps(), Double.NaN, "nats");
    }
  }

  /** How the logit gradient flows back in a setting. */
  protected HeadBackward backward(HeadVariantSetting setting) {
    return setting.backward();
  }

  /** What a setting trains on. */
  protected BatchSource batches(HeadVariantSetting setting, BatchSource ofTheCorpus) {
    return ofTheCorpus;
  }

  /** What else sees the model at every step. */
  protected TrainingListener watching(HeadVariantSetting setting) {
    return new TrainingListener() {};
  }

  private LanguageModel model(HeadVariantSetting setting, Backend backend, Randomness randomness) {
    Randomness weights = randomness.stream("weights");
    return LanguageModel.initialise(
        backend,
        setting.model(),
        backward(setting),
        (parameter, out, deviation) -> weights.stream(parameter).gaussian(out, deviation));
  }

  private static TrainingListener evaluating(
      HeadVariantSetting setting,
      HeldOutWindows windows,
      RunEnvironment environment,
      RunRecorder recorder) {
    return new TrainingListener() {
      @Override
      public void reached(long step, LanguageModel model) {
        if (setting.evaluations().contains(step)) {
          environment.measure(
              () -> recorder.metric(lossName(setting), step, windows.loss(model), "nats"));
        }
        if (step == setting.steps() && setting.neverClasses() > 0) {
          double among = windows.lossAmong(model, setting.vocabulary());
          recorder.metric("loss_among_occurring", step, among, "nats");
        }
      }
    };
  }

  private static String lossName(HeadVariantSetting setting) {
    return setting.trial() ? TRIAL_LOSS : VALIDATION_LOSS;
  }

  private static TrainingConfig training(HeadVariantSetting setting) {
    return UsualTraining.of(setting, setting.learningRate(), setting.warmupSteps());
  }
}
