package dev.gatun.claims.bottleneck;

import dev.gatun.data.RandomWindows;
import dev.gatun.data.Randomness;
import dev.gatun.data.TokenizedCorpus;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.RunEnvironment;
import dev.gatun.experiment.Sweep;
import dev.gatun.experiment.Tier;
import dev.gatun.experiment.TrainedModel;
import dev.gatun.experiment.UnsupportedTierException;
import dev.gatun.measure.HeadMeasures;
import dev.gatun.measure.HeadMeter;
import dev.gatun.results.Evidence;
import dev.gatun.results.RunRecorder;
import dev.gatun.tensor.Batch;
import java.util.List;
import java.util.function.LongFunction;

/**
 * The experiment behind A1 to A5, A9 and A10: trains a small language model for every width and
 * seed of a plan and measures, before, during and after training, what its head does to the logit
 * gradient. Claims share one instance, so that each model is trained once.
 */
public final class BottleneckExperiment {
  private final HeadMeasures measures;
  private final Plans plans;
  private final Sweep<BottleneckSetting> sweep;

  /** What is run at a tier. */
  @FunctionalInterface
  private interface Plans {
    BottleneckPlan of(Tier tier, long firstSeed, String claim);
  }

  /** All tiers, measured exactly. */
  public BottleneckExperiment() {
    this(HeadChoice.LINEAR);
  }

  /** All tiers with another head, measured exactly: of one that is no matrix, A4 alone. */
  public BottleneckExperiment(HeadChoice head) {
    this(
        HeadMeasures.EXACT,
        (tier, firstSeed, _) -> BottleneckPlan.of(tier, firstSeed).withHead(head));
  }

  /**
   * Another plan for the quick tier, the only one then, or other measures.
   *
   * @param plans by first seed
   */
  public BottleneckExperiment(HeadMeasures measures, LongFunction<BottleneckPlan> plans) {
    this(
        measures,
        (tier, firstSeed, claim) -> {
          if (tier != Tier.QUICK) {
            throw new UnsupportedTierException(claim, tier);
          }
          return plans.apply(firstSeed);
        });
  }

  private BottleneckExperiment(HeadMeasures measures, Plans plans) {
    this.measures = measures;
    this.plans = plans;
    this.sweep = new Sweep<>("bottleneck", this::measure);
  }

  /** How heads are measured. */
  HeadMeasures measures() {
    return measures;
  }

  /** What will be run. */
  BottleneckPlan plan(Tier tier, long seed, String claim) {
    return plans.of(tier, seed, claim);
  }

  /** What will be run with a context. */
  BottleneckPlan plan(ClaimContext context, String claim) {
    return plan(context.tier(), context.seed(), claim);
  }

  /** One run for each setting of the plan: measured now, earlier, or before an interrupt. */
  List<Evidence> evidence(ClaimContext context, String claim) {
    return sweep.run(context, claim, plan(context, claim).settings());
  }

  /** As {@link #evidence}, of those settings alone that take all singular values. */
  List<Evidence> withSpectra(ClaimContext context, String claim) {
    return sweep.run(context, claim, plan(context, claim).withSpectra());
  }

  /** As {@link #evidence}, of those settings alone whose gradient is taken apart. */
  List<Evidence> withAnatomy(ClaimContext context, String claim) {
    return sweep.run(context, claim, plan(context, claim).withAnatomy());
  }

  /** What {@link #evidence} will run. */
  public List<PlannedRun<?>> trainings(Tier tier, long seed, String claim) {
    return sweep.plan(plan(tier, seed, claim).settings());
  }

  /** What {@link #withSpectra} will run. */
  List<PlannedRun<?>> trainingsWithSpectra(Tier tier, long seed, String claim) {
    return sweep.plan(plan(tier, seed, claim).withSpectra());
  }

  /** What {@link #withAnatomy} will run. */
  List<PlannedRun<?>> trainingsWithAnatomy(Tier tier, long seed, String claim) {
    List<BottleneckSetting> settings = plan(tier, seed, claim).withAnatomy();
    if (settings.isEmpty()) {
      throw new UnsupportedTierException(claim, tier);
    }
    return sweep.plan(settings);
  }

  private void measure(
      BottleneckSetting setting, RunEnvironment environment, RunRecorder recorder) {
    Randomness randomness = Randomness.of(setting.seed());
    TokenizedCorpus corpus = environment.tokens(setting.size().vocabulary());
    Batch contexts =
        new RandomWindows(
                corpus.validation(),
                setting.windows(),
                setting.length(),
                randomness.stream("measured contexts"))
            .batch(0);
    var meter = new HeadMeter(measures, contexts, randomness);
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
            environment.measure(() -> meter.recordProjection(model, step, recorder));
          }
          if (setting.spectrumSteps().contains(step)) {
            meter.recordSpectra(model, step, recorder);
          }
          if (setting.anatomySteps().contains(step)) {
            meter.recordAnatomy(model, step, recorder);
          }
        });
  }
}
