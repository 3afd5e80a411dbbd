package dev.gatun.claims.bottleneck;

import dev.gatun.backend.Backend;
import dev.gatun.data.RandomWindows;
import dev.gatun.data.Randomness;
import dev.gatun.data.TokenizedCorpus;
import dev.gatun.experiment.UsualTraining;
import dev.gatun.model.LanguageModel;
import dev.gatun.train.StepReport;
import dev.gatun.train.Trainer;
import dev.gatun.train.TrainingConfig;
import dev.gatun.train.TrainingListener;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Trains the model of a setting and stops at its checkpoints. */
record BottleneckTraining(
    BottleneckSetting setting, TokenizedCorpus corpus, Randomness randomness) {

  /** Looks at the model after so many steps, which is one of the setting's checkpoints. */
  interface Checkpoint {
    void reached(int step, LanguageModel model);
  }

  /** Trains from the beginning to the end. */
  void run(Backend backend, Consumer<StepReport> progress, Checkpoint checkpoint) {
    var listener =
        new TrainingListener() {
          @Override
          public void reached(long step, LanguageModel model) {
            if (setting.checkpoints().contains((int) step)) {
              checkpoint.reached((int) step, model);
            }
          }

          @Override
          public void stepFinished(StepReport report) {
            progress.accept(report);
          }
        };
    var batches =
        new RandomWindows(
            corpus.train(), setting.batch(), setting.length(), randomness.stream("batches"));
    try (LanguageModel model = LanguageModel.initialise(backend, setting.model(), this::normals);
        Trainer trainer =
            new Trainer(model, training(), batches, Optional.empty(), List.of(listener))) {
      trainer.run();
    }
  }

  private void normals(String parameter, float[] out, double standardDeviation) {
    randomness.stream("weights").stream(parameter).gaussian(out, standardDeviation);
  }

  private TrainingConfig training() {
    return UsualTraining.of(setting, setting.learningRate(), setting.warmupSteps());
  }
}
