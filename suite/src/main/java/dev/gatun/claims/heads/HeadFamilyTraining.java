package dev.gatun.claims.heads;

import dev.gatun.data.BatchSource;
import dev.gatun.data.RandomWindows;
import dev.gatun.data.Randomness;
import dev.gatun.data.TokenizedCorpus;
import dev.gatun.experiment.RunBody;
import dev.gatun.experiment.RunEnvironment;
import dev.gatun.experiment.TrainedModel;
import dev.gatun.measure.HeadMeasures;
import dev.gatun.measure.HeadMeter;
import dev.gatun.measure.LocalMeasure;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.head.HeadInputs;
import dev.gatun.results.RunRecorder;
import dev.gatun.spectrum.LocalProjection;
import dev.gatun.tensor.Batch;
import dev.gatun.train.DivergedException;

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
    TokenizedCorpus corpus = environment.tokens(setting.size().vocabulary());
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
    recorder.metric("tokens_per_step", 0, (double) setting.batch() * setting.length(), "tokens");
    recorder.metric("learning_rate", 0, setting.training().learningRate(), "1");
    try {
      TrainedModel.run(
          setting,
          environment,
          batches,
          (step, model) -> {
            if (step == 0) {
              recorder.metric("parameters", 0, model.parameters().count(), "1");
              environment.rehearse(
                  () -> measureAt(model, held, setting.rows(HeadFamilySetting.REHEARSED)));
            }
            observe(setting, step, model, held, meter, environment, recorder);
          });
    } catch (DivergedException e) {
      // A measurement that failed: trials pass over it, and no check takes it for a loss.
      recorder.metric(lossName(setting), setting.steps(), Double.NaN, "nats");
    }
  }

  protected BatchSource batches(HeadFamilySetting setting, BatchSource ofTheCorpus) {
    return ofTheCorpus;
  }

  /** A trial is looked at for its loss alone. */
  private void observe(
      HeadFamilySetting setting,
      long step,
      LanguageModel model,
      Batch held,
      HeadMeter meter,
      RunEnvironment environment,
      RunRecorder recorder) {
    if (step == 0 && !setting.trial()) {
      environment.measure(() -> recordLocal(model, setting, held, step, recorder));
      meter.recordClosedForms(model, step, recorder);
    }
    if (setting.evaluations().contains(step)) {
      recorder.metric(lossName(setting), step, model.evaluate(held).meanLoss(), "nats");
    }
    if (step == setting.steps() && !setting.trial()) {
      environment.measure(() -> recordLocal(model, setting, held, step, recorder));
      meter.recordClosedForms(model, step, recorder);
      environment.measure(() -> meter.recordBatches(model, step, recorder));
    }
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
    run.metric("local_kept_over_chance", step, there.keptOverChance(), "1");
    run.metric("jacobian_rank_over_width", step, there.meanRank() / setting.size().width(), "1");
    double rank = there.hiddenStepRank();
    run.metric("hidden_step_rank_over_width", step, rank / setting.size().width(), "1");
  }
}
