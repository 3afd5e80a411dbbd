package dev.gatun.claims.saturation;

import dev.gatun.data.RandomWindows;
import dev.gatun.data.Randomness;
import dev.gatun.data.TokenFrequencies;
import dev.gatun.data.TokenizedCorpus;
import dev.gatun.experiment.RunBody;
import dev.gatun.experiment.RunEnvironment;
import dev.gatun.experiment.Sweep;
import dev.gatun.experiment.SweepRuns;
import dev.gatun.experiment.SweepRuns.Selection;
import dev.gatun.experiment.TrainedModel;
import dev.gatun.results.RunRecorder;
import dev.gatun.tensor.Batch;

/**
 * The experiment behind B3 and B4: trains small language models of growing width on the same tokens
 * and measures, from before training to its end, the singular values of the head and how far the
 * hidden states point one way.
 */
public record SaturationTraining(HeadGeometry geometry) implements RunBody<SaturationSetting> {
  /** Runs of all tiers, whose spectra B4 alone takes over. */
  public static SweepRuns<SaturationSetting> runs() {
    return runs(HeadGeometry.EXACT, (tier, seeds) -> SaturationPlan.of(tier, seeds).settings());
  }

  /** Other measures, or another plan. */
  static SweepRuns<SaturationSetting> runs(
      HeadGeometry geometry, Selection<SaturationSetting> plan) {
    return new SweepRuns<>(
        new Sweep<>("saturation", new SaturationTraining(geometry)), plan, false);
  }

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
