package dev.gatun.claims.heads;

import dev.gatun.data.Batch;
import dev.gatun.data.RandomWindows;
import dev.gatun.data.Randomness;
import dev.gatun.data.TokenizedCorpus;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.RunEnvironment;
import dev.gatun.experiment.Sweep;
import dev.gatun.experiment.Tier;
import dev.gatun.measure.LocalMeasure;
import dev.gatun.model.HeadInputs;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.TransformerConfig.HeadForm;
import dev.gatun.results.Evidence;
import dev.gatun.results.RunRecorder;
import dev.gatun.spectrum.LocalProjection;
import dev.gatun.train.LearningRateSchedule;
import dev.gatun.train.LearningRateSchedule.Form;
import dev.gatun.train.Trainer;
import dev.gatun.train.TrainingConfig;
import dev.gatun.train.TrainingConfig.AdamWSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Trains the same backbone with every form of head on the same batches, and measures before and
 * after training what each lets through of the logit gradient, context by context.
 */
public final class HeadFamilyExperiment {
  private static final int SEEDS = 5;
  private static final double FINAL_SHARE = 0.1;

  private final LocalMeasure measure;
  private final BiFunction<Tier, Long, List<HeadFamilySetting>> plans;
  private final Sweep<HeadFamilySetting> sweep;

  /** Measured exactly. */
  public HeadFamilyExperiment() {
    this(LocalMeasure.EXACT, HeadFamilyExperiment::plan);
  }

  /**
   * Another measure, or other runs.
   *
   * @param plans settings by tier and first seed
   */
  public HeadFamilyExperiment(
      LocalMeasure measure, BiFunction<Tier, Long, List<HeadFamilySetting>> plans) {
    this.measure = measure;
    this.plans = plans;
    this.sweep = new Sweep<>("head-family", this::run);
  }

  /** The heads, by arm. */
  static Map<String, HeadForm> forms(int vocabulary, int width) {
    var forms = new LinkedHashMap<String, HeadForm>();
    for (HeadForm form :
        List.of(
            new HeadForm.Linear(false),
            new HeadForm.Factorised(width),
            new HeadForm.Sigsoftmax(false),
            new HeadForm.MixtureOfSoftmaxes(4),
            new HeadForm.MultipleHidden(4),
            HeadForm.ClassFactored.nearSquareRoot(vocabulary))) {
      forms.put(form.label(), form);
    }
    return forms;
  }

  /**
   * Every head with every seed, all heads of a seed together. Quick: V = 512, D = 16, 80 steps.
   * Desk: V = 4,096, D = 128, 1,000 steps. Paper: V = 8,192, D = 512, 10,000 steps.
   */
  private static List<HeadFamilySetting> plan(Tier tier, long firstSeed) {
    var settings = new ArrayList<HeadFamilySetting>();
    for (long seed = firstSeed; seed < firstSeed + SEEDS; seed++) {
      for (String head : forms(1, 1).keySet()) {
        settings.add(
            switch (tier) {
              case QUICK -> setting(head, 512, 16, 2, 64, 16, 80, 15, 8, seed);
              case DESK -> setting(head, 4096, 128, 4, 128, 32, 1000, 100, 32, seed);
              case PAPER -> setting(head, 8192, 512, 6, 256, 64, 10_000, 500, 64, seed);
            });
      }
    }
    return settings;
  }

  /** With a head of each form, 4 attention heads, and Jacobians at 2·D contexts. */
  static HeadFamilySetting setting(
      String head,
      int vocabulary,
      int width,
      int layers,
      int length,
      int batch,
      long steps,
      int warmupSteps,
      int windows,
      long seed) {
    return new HeadFamilySetting(
        head,
        forms(vocabulary, width).get(head),
        vocabulary,
        width,
        layers,
        4,
        length,
        batch,
        steps,
        // The best rate falls as the width grows (Yang et al., arXiv 2203.03466): 3e-3 at 64.
        0.192 / width,
        warmupSteps,
        windows,
        2 * width,
        seed);
  }

  /** One run for each setting. */
  List<Evidence> evidence(ClaimContext context, String claim) {
    return sweep.run(context, claim, plans.apply(context.tier(), context.seed()));
  }

  /** What {@link #evidence} will run. */
  List<PlannedRun<?>> trainings(Tier tier, long seed) {
    return sweep.plan(plans.apply(tier, seed));
  }

  private void run(HeadFamilySetting setting, RunEnvironment environment, RunRecorder recorder) {
    Randomness randomness = Randomness.of(setting.seed());
    TokenizedCorpus corpus = environment.tokens(setting.vocabulary());
    Batch held =
        new RandomWindows(
                corpus.validation(),
                setting.windows(),
                setting.length(),
                randomness.stream("measured contexts"))
            .batch(0);
    var batches =
        new RandomWindows(
            corpus.train(), setting.batch(), setting.length(), randomness.stream("batches"));
    Randomness weights = randomness.stream("weights");
    try (LanguageModel model =
            LanguageModel.initialise(
                environment.backend(),
                setting.model(),
                (name, out, deviation) -> weights.stream(name).gaussian(out, deviation));
        Trainer trainer =
            new Trainer(
                model,
                training(setting),
                batches,
                Optional.empty(),
                List.of(environment.reporting()))) {
      record(model, setting, held, 0, recorder);
      trainer.run();
      record(model, setting, held, setting.steps(), recorder);
    }
  }

  private void record(
      LanguageModel model, HeadFamilySetting setting, Batch held, long step, RunRecorder run) {
    HeadInputs at = model.headInputs(held.inputs(), held.targets(), held.batch(), held.length());
    LocalProjection local = measure.measure(model.backend(), model.head(), at, setting.rows());
    run.metric("local_destroyed_norm", step, local.destroyedNorm(), "1");
    run.metric("local_destroyed_norm_unrelated", step, local.unrelatedDestroyedNorm(), "1");
    run.metric("jacobian_rank_over_width", step, local.meanRank() / setting.width(), "1");
    run.metric(
        "hidden_step_rank_over_width",
        step,
        (double) local.hiddenStepRank() / setting.width(),
        "1");
    run.metric("loss", step, model.head().scores(at.hidden(), at.targets()).meanLoss(), "nats");
  }

  private static TrainingConfig training(HeadFamilySetting setting) {
    return new TrainingConfig(
        setting.steps(),
        setting.batch(),
        setting.length(),
        1,
        new LearningRateSchedule(
            Form.COSINE,
            setting.learningRate(),
            setting.warmupSteps(),
            setting.steps(),
            FINAL_SHARE),
        AdamWSettings.usual(),
        1,
        setting.seed(),
        0,
        1,
        0);
  }
}
