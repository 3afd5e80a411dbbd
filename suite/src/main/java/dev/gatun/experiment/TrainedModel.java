package dev.gatun.experiment;

import dev.gatun.data.BatchSource;
import dev.gatun.data.Randomness;
import dev.gatun.data.TokenFrequencies;
import dev.gatun.model.HeadForm.OutputBias;
import dev.gatun.model.LanguageModel;
import dev.gatun.tensor.CloseStack;
import dev.gatun.train.StepReport;
import dev.gatun.train.Trainer;
import dev.gatun.train.TrainingListener;
import java.util.List;
import java.util.Optional;

/** The model of a run, whose first weights are drawn from the run's seed. */
public record TrainedModel(RunSetting setting, RunEnvironment environment, LanguageModel model)
    implements AutoCloseable {

  /** Looks at the model while it trains. */
  @FunctionalInterface
  public interface Observer {
    /** Called before the first step, with 0, and after every step. */
    void reached(long step, LanguageModel model);
  }

  /** The model before its first step. */
  public static TrainedModel initialise(RunSetting setting, RunEnvironment environment) {
    Randomness weights = Randomness.of(setting.seed()).stream("weights");
    try (var opened = new CloseStack()) {
      LanguageModel model =
          opened.own(
              LanguageModel.initialise(
                  environment.backend(),
                  setting.model(),
                  setting.backward(),
                  (parameter, out, deviation) ->
                      weights.stream(parameter).gaussian(out, deviation)));
      if (setting.model().outputBias() == OutputBias.LOG_UNIGRAM) {
        var text = environment.tokens(setting.corpusVocabulary().orElseThrow());
        var frequencies = TokenFrequencies.of(text, setting.model().vocabulary());
        model.setOutputBias(frequencies.logProbabilities());
      }
      opened.keep();
      return new TrainedModel(setting, environment, model);
    }
  }

  /** Trains a model from its first weights to its end and frees it. */
  public static void run(
      RunSetting setting, RunEnvironment environment, BatchSource batches, Observer observer) {
    try (TrainedModel trained = initialise(setting, environment)) {
      trained.train(batches, observer);
    }
  }

  /**
   * Does all steps.
   *
   * @throws dev.gatun.train.DivergedException if a loss or gradient is not finite; the model is
   *     left as it was before that step
   */
  public void train(BatchSource batches, Observer observer) {
    var listener =
        new TrainingListener() {
          @Override
          public void reached(long step, LanguageModel reached) {
            observer.reached(step, reached);
          }

          @Override
          public void stepFinished(StepReport step) {
            environment.report(step);
          }
        };
    var config = setting.training().config(setting.length(), setting.seed());
    try (Trainer trainer =
        new Trainer(model, config, batches, Optional.empty(), List.of(listener))) {
      trainer.run();
    }
  }

  @Override
  public void close() {
    model.close();
  }
}
