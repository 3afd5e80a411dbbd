package dev.gatun.claims.bottleneck;

import dev.gatun.data.RandomWindows;
import dev.gatun.data.Randomness;
import dev.gatun.data.TokenFrequencies;
import dev.gatun.data.TokenizedCorpus;
import dev.gatun.experiment.ClaimPart;
import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.RunEnvironment;
import dev.gatun.experiment.Sweep;
import dev.gatun.experiment.SweepRuns;
import dev.gatun.experiment.SweepRuns.Selection;
import dev.gatun.experiment.TrainedModel;
import dev.gatun.measure.HeadMeasures;
import dev.gatun.measure.HeadMeter;
import dev.gatun.model.LanguageModel;
import dev.gatun.results.RunRecorder;
import dev.gatun.tensor.Batch;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The experiment behind A1 to A5, A9 and A10: trains a small language model for every width and
 * seed of a plan and measures, before, during and after training, what its head does to the logit
 * gradient. Claims share one instance, so that each model is trained once.
 */
public final class BottleneckExperiment {
  private final HeadMeasures measures;
  private final Selection<BottleneckSetting> plan;
  private final Sweep<BottleneckSetting> sweep;

  /** All tiers with a head, measured exactly: of one that is no matrix, A4 alone. */
  public BottleneckExperiment(HeadChoice head) {
    this(
        HeadMeasures.EXACT,
        (tier, seeds) -> BottleneckPlan.of(tier, seeds).withHead(head).settings());
  }

  /** Other measures, or another plan. */
  public BottleneckExperiment(HeadMeasures measures, Selection<BottleneckSetting> plan) {
    this.measures = measures;
    this.plan = plan;
    this.sweep = new Sweep<>("bottleneck", this::measure);
  }

  public SweepRuns<BottleneckSetting> runs() {
    return new SweepRuns<>(sweep, plan, false);
  }

  /** The runs that take all singular values. */
  public SweepRuns<BottleneckSetting> withSpectra() {
    return new SweepRuns<>(sweep, those(setting -> !setting.spectrumSteps().isEmpty()), true);
  }

  /** The runs that take the ranks of growing batches. */
  public SweepRuns<BottleneckSetting> withRanks() {
    return new SweepRuns<>(sweep, those(setting -> setting.rankWindows() > 0), false);
  }

  /** The runs whose gradient is taken apart. */
  public SweepRuns<BottleneckSetting> withAnatomy() {
    return new SweepRuns<>(sweep, those(setting -> !setting.anatomySteps().isEmpty()), false);
  }

  /** The same runs, with what the head's singular values say of the cosine. */
  public ClaimPart cosineOfSpread() {
    return new CosineOfSpread(withAnatomy());
  }

  /** A control beside them: gradients of rank 2D. */
  public ClaimPart reachableGradient() {
    return new ReachableGradient(measures, withSpectra().selection());
  }

  /** A null beside them: gradients of normal numbers. */
  public ClaimPart gaussianGradient() {
    return new GaussianGradient(withRanks().selection());
  }

  private Selection<BottleneckSetting> those(Predicate<BottleneckSetting> selected) {
    return (tier, seeds) -> plan.of(tier, seeds).stream().filter(selected).toList();
  }

  private void measure(
      BottleneckSetting setting, RunEnvironment environment, RunRecorder recorder) {
    Randomness randomness = Randomness.of(setting.seed());
    TokenizedCorpus corpus = environment.tokens(setting.size().vocabulary());
    var meter = meter(setting, setting.windows(), corpus, corpus.validation(), "measured contexts");
    var ofTrainingText =
        meter(setting, setting.windows(), corpus, corpus.train(), "contexts of the training text");
    meter.recordContexts(recorder);
    var batches =
        new RandomWindows(
            corpus.train(), setting.batch(), setting.length(), randomness.stream("batches"));
    TrainedModel.run(
        setting,
        environment,
        batches,
        (reached, model) -> {
          int step = (int) reached;
          if (setting.checkpoints().contains(step)) {
            environment.measure(() -> {
              meter.recordProjection(model, step, recorder);
              ofTrainingText.recordClosedForms(model, step, recorder.ofTrainingText());
            });
          }
          if (setting.spectrumSteps().contains(step)) {
            meter.recordSpectra(model, step, recorder);
          }
          if (setting.anatomySteps().contains(step)) {
            meter.recordAnatomy(model, step, recorder);
          }
          if (setting.rankWindows() > 0) {
            recordRanks(setting, corpus, model, step, recorder);
          }
        });
  }

  /** All at the last step, beside which the untrained model's stand as a null. */
  private void recordRanks(
      BottleneckSetting setting,
      TokenizedCorpus corpus,
      LanguageModel model,
      int step,
      RunRecorder recorder) {
    int end = (int) setting.steps();
    if (step != 0 && step != end) {
      return;
    }
    var meter =
        meter(setting, setting.rankWindows(), corpus, corpus.validation(), "contexts of ranks");
    meter.recordRanks(step == 0 ? "untrained" : "gradient", model, end, recorder);
    if (step == end) {
      meter.recordTargetRanks(model, end, recorder);
    }
  }

  /**
   * For windows of one part of the corpus; frequencies are those of the part that is trained on.
   */
  private HeadMeter meter(
      BottleneckSetting setting, int windows, TokenizedCorpus corpus, int[] part, String name) {
    Randomness randomness = Randomness.of(setting.seed());
    Batch contexts =
        new RandomWindows(part, windows, setting.length(), randomness.stream(name)).batch(0);
    double[] frequencies = TokenFrequencies.of(corpus, setting.size().vocabulary()).probabilities();
    return new HeadMeter(measures, contexts, randomness, Optional.of(frequencies));
  }
}
