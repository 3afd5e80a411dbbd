package dev.gatun.claims.saturation;

import dev.gatun.data.RandomWindows;
import dev.gatun.data.Randomness;
import dev.gatun.data.TokenizedCorpus;
import dev.gatun.experiment.RunBody;
import dev.gatun.experiment.RunEnvironment;
import dev.gatun.experiment.TrainedModel;
import dev.gatun.results.RunRecorder;
import dev.gatun.tensor.Batch;

/** Trains the model of a setting and measures it at its checkpoints. */
record SaturationTraining(HeadGeometry geometry) implements RunBody<SaturationSetting> {

  @Override
  public void run(SaturationSetting setting, RunEnvironment environment, RunRecorder recorder) {
    Randomness randomness = Randomness.of(setting.seed());
    TokenizedCorpus corpus = environment.tokens(setting.size().vocabulary());
    Batch contexts =
        new RandomWindows(
                corpus.validation(),
                setting.windows(),
                setting.length(),
                randomness.stream("measured contexts"))
            .batch(0);
    var meter = new SaturationMeter(geometry, contexts, TokenFrequencies.of(corpus), randomness);
    var batches =
        new RandomWindows(
            corpus.train(), setting.batch(), setting.length(), randomness.stream("batches"));
    TrainedModel.run(
        setting,
        environment,
        batches,
        (step, model) -> {
          if (setting.checkpoints().contains((int) step)) {
            meter.record(model, step, recorder);
          }
        });
    meter.recordCourse(setting.size().width(), recorder);
  }
}
