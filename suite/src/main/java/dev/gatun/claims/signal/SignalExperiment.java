package dev.gatun.claims.signal;

import dev.gatun.data.Randomness;
import dev.gatun.data.TokenizedCorpus;
import dev.gatun.experiment.RunBody;
import dev.gatun.experiment.RunEnvironment;
import dev.gatun.experiment.Sweep;
import dev.gatun.experiment.SweepRuns;
import dev.gatun.experiment.SweepRuns.Selection;
import dev.gatun.experiment.TrainedModel;
import dev.gatun.results.RunRecorder;
import dev.gatun.tensor.Batch;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/**
 * The experiment behind G1: trains small language models on text that is drawn from n-grams of the
 * corpus, whose probabilities are known, and takes the logit gradient apart before, during and
 * after training.
 */
public final class SignalExperiment implements RunBody<SignalSetting> {
  private final UnaryOperator<Batch> measured;
  private final Map<Counted, KnownSource> sources = new ConcurrentHashMap<>();

  private record Counted(TokenizedCorpus corpus, int order) {}

  /** The runs of {@link SignalPlan} at every tier. */
  public static SweepRuns<?> runs() {
    return runs(UnaryOperator.identity(), (tier, seeds) -> SignalPlan.of(tier, seeds).settings());
  }

  /**
   * Another plan.
   *
   * @param measured what is done to the contexts of the measurements
   */
  static SweepRuns<SignalSetting> runs(
      UnaryOperator<Batch> measured, Selection<SignalSetting> plan) {
    return new SweepRuns<>(new Sweep<>("signal", new SignalExperiment(measured)), plan, false);
  }

  private SignalExperiment(UnaryOperator<Batch> measured) {
    this.measured = measured;
  }

  @Override
  public void run(SignalSetting setting, RunEnvironment environment, RunRecorder recorder) {
    Randomness randomness = Randomness.of(setting.seed());
    KnownSource source = source(setting, environment);
    Batch contexts =
        new DrawnText(
                source, setting.windows(), setting.length(), randomness.stream("measured contexts"))
            .batch(0);
    var meter = new SignalMeter(source, measured.apply(contexts), randomness);
    TrainedModel.run(
        setting,
        environment,
        new DrawnText(source, setting.batch(), setting.length(), randomness.stream("batches")),
        (step, model) -> {
          if (setting.checkpoints().contains((int) step)) {
            environment.measure(() -> meter.record(model, step, recorder));
          }
        });
  }

  /** Counted once for all runs that read the same text. */
  private KnownSource source(SignalSetting setting, RunEnvironment environment) {
    int vocabulary = setting.size().vocabulary();
    TokenizedCorpus corpus = environment.tokens(vocabulary);
    return sources.computeIfAbsent(
        new Counted(corpus, setting.order()),
        counted -> KnownSource.of(corpus.train(), vocabulary, counted.order));
  }
}
