package dev.gatun.claims.saturation;

import dev.gatun.data.RandomWindows;
import dev.gatun.data.Randomness;
import dev.gatun.data.TokenFrequencies;
import dev.gatun.data.TokenizedCorpus;
import dev.gatun.experiment.RunBody;
import dev.gatun.experiment.RunEnvironment;
import dev.gatun.experiment.UsualTraining;
import dev.gatun.model.LanguageModel;
import dev.gatun.results.RunRecorder;
import dev.gatun.tensor.Batch;
import dev.gatun.train.Trainer;
import dev.gatun.train.TrainingConfig;
import dev.gatun.train.TrainingConfig.AdamWSettings;
import dev.gatun.train.TrainingConfig.WeightDecayOn;
import dev.gatun.train.TrainingListener;
import java.util.List;
import java.util.Optional;

/** Trains the model of a setting and measures it at its checkpoints. */
record SaturationTraining(HeadGeometry geometry) implements RunBody<SaturationSetting> {

  /**
   * Pythia's, but for its rate: 0.1, which is more usual, keeps a narrow head flatter for longer.
   */
  private static final AdamWSettings ADAM_W =
      new AdamWSettings(0.9, 0.95, 1e-8, 0.01, WeightDecayOn.MATRICES);

  @Override
  public void run(SaturationSetting setting, RunEnvironment environment, RunRecorder recorder) {
    Randomness randomness = Randomness.of(setting.seed());
    TokenizedCorpus corpus = environment.tokens(setting.vocabulary());
    Batch contexts =
        new RandomWindows(
                corpus.validation(),
                setting.windows(),
                setting.length(),
                randomness.stream("measured contexts"))
            .batch(0);
    var meter = new SaturationMeter(geometry, contexts, TokenFrequencies.of(corpus), randomness);
    var measuring =
        new TrainingListener() {
          @Override
          public void reached(long step, LanguageModel model) {
            if (setting.checkpoints().contains((int) step)) {
              meter.record(model, step, recorder);
            }
          }
        };
    var batches =
        new RandomWindows(
            corpus.train(), setting.batch(), setting.length(), randomness.stream("batches"));
    try (LanguageModel model =
            LanguageModel.initialise(
                environment.backend(),
                setting.model(),
                (parameter, out, deviation) ->
                    randomness.stream("weights").stream(parameter).gaussian(out, deviation));
        Trainer trainer =
            new Trainer(
                model,
                training(setting),
                batches,
                Optional.empty(),
                List.of(measuring, environment.reporting()))) {
      trainer.run();
    }
    meter.recordCourse(setting.width(), recorder);
  }

  private static TrainingConfig training(SaturationSetting setting) {
    return UsualTraining.of(setting, setting.learningRate(), setting.warmupSteps(), ADAM_W);
  }
}
