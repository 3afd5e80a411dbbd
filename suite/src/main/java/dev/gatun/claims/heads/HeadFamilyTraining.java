package dev.gatun.claims.heads;

import dev.gatun.data.BatchSource;
import dev.gatun.data.RandomWindows;
import dev.gatun.data.Randomness;
import dev.gatun.data.TokenizedCorpus;
import dev.gatun.experiment.RunBody;
import dev.gatun.experiment.RunEnvironment;
import dev.gatun.experiment.UsualTraining;
import dev.gatun.measure.HeadMeasures;
import dev.gatun.measure.HeadMeter;
import dev.gatun.measure.LocalMeasure;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.head.HeadInputs;
import dev.gatun.results.RunRecorder;
import dev.gatun.spectrum.LocalProjection;
import dev.gatun.tensor.Batch;
import dev.gatun.train.DivergedException;
import dev.gatun.train.Trainer;
import dev.gatun.train.TrainingConfig;
import dev.gatun.train.TrainingListener;
import java.util.List;
import java.util.Optional;

/**
 * Trains the model of a {@link HeadFamilySetting} and measures it: what its head lets through of
 * the logit gradient context by context, before and after training (A1); rank and components of the
 * gradient of growing batches, after it (A4); the loss on held-out windows over the tokens (A7).
 */
class HeadFamilyTraining implements RunBody<HeadFamilySetting> {

  private final LocalMeasure local;
  private final HeadMeasures measures;

  HeadFamilyTraining(LocalMeasure local, HeadMeasures measures) {
    this.local = local;
    this.measures = measures;
  }

  @Override
  public final void run(
      HeadFamilySetting setting, RunEnvironment environment, RunRecorder recorder) {
    Randomness randomness = Randomness.of(setting.seed());
    TokenizedCorpus corpus = environment.tokens(setting.vocabulary());
    Batch held =
        new RandomWindows(
                corpus.validation(),
                setting.windows(),
                setting.length(),
                randomness.stream("measured contexts"))
            .batch(0);
    BatchSource batches =
        batches(
            setting,
            new RandomWindows(
                corpus.train(), setting.batch(), setting.length(), randomness.stream("batches")));
    var meter = new HeadMeter(measures, held, randomness);
    Randomness weights = randomness.stream("weights");
    try (LanguageModel model =
        LanguageModel.initialise(
            environment.backend(),
            setting.model(),
            (name, out, deviation) -> weights.stream(name).gaussian(out, deviation))) {
      recorder.metric("tokens_per_step", 0, (double) setting.batch() * setting.length(), "tokens");
      recorder.metric("learning_rate", 0, setting.learningRate(), "1");
      recorder.metric("parameters", 0, model.parameters().count(), "1");
      environment.rehearse(() -> measureAt(model, held, setting.rows(HeadFamilySetting.REHEARSED)));
      if (setting.trial()) {
        train(setting, model, batches, environment, evaluating(setting, held, recorder));
        return;
      }
      environment.measure(() -> recordLocal(model, setting, held, 0, recorder));
      train(setting, model, batches, environment, evaluating(setting, held, recorder));
      long end = setting.steps();
      environment.measure(() -> recordLocal(model, setting, held, end, recorder));
      environment.measure(() -> meter.recordBatches(model, end, recorder));
    } catch (DivergedException e) {
      // A measurement that failed: trials pass over it, and no check takes it for a loss.
      recorder.metric(lossName(setting), setting.steps(), Double.NaN, "nats");
    }
  }

  /** What a setting trains on. */
  protected BatchSource batches(HeadFamilySetting setting, BatchSource ofTheCorpus) {
    return ofTheCorpus;
  }

  private static void train(
      HeadFamilySetting setting,
      LanguageModel model,
      BatchSource batches,
      RunEnvironment environment,
      TrainingListener evaluating) {
    try (Trainer trainer =
        new Trainer(
            model,
            training(setting),
            batches,
            Optional.empty(),
            List.of(environment.reporting(), evaluating))) {
      trainer.run();
    }
  }

  private static TrainingListener evaluating(
      HeadFamilySetting setting, Batch held, RunRecorder recorder) {
    return new TrainingListener() {
      @Override
      public void reached(long step, LanguageModel model) {
        if (setting.evaluations().contains(step)) {
          recorder.metric(lossName(setting), step, model.evaluate(held).meanLoss(), "nats");
        }
      }
    };
  }

  private static String lossName(HeadFamilySetting setting) {
    return setting.trial() ? HeadVariantTraining.TRIAL_LOSS : HeadVariantTraining.VALIDATION_LOSS;
  }

  private LocalProjection measureAt(LanguageModel model, Batch held, long[] rows) {
    HeadInputs at = model.headInputs(held);
    return local.measure(model.backend(), model.head(), at, rows);
  }

  private void recordLocal(
      LanguageModel model, HeadFamilySetting setting, Batch held, long step, RunRecorder run) {
    LocalProjection there = measureAt(model, held, setting.rows());
    run.metric("local_destroyed_norm", step, there.destroyedNorm(), "1");
    run.metric("local_destroyed_norm_unrelated", step, there.unrelatedDestroyedNorm(), "1");
    run.metric("jacobian_rank_over_width", step, there.meanRank() / setting.width(), "1");
    double rank = there.hiddenStepRank();
    run.metric("hidden_step_rank_over_width", step, rank / setting.width(), "1");
  }

  private static TrainingConfig training(HeadFamilySetting setting) {
    return UsualTraining.of(setting, setting.learningRate(), setting.warmupSteps());
  }
}
