package dev.gatun.claims.saturation;

import dev.gatun.claims.saturation.Bootstrap.Interval;
import dev.gatun.data.Randomness;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.Progress;
import dev.gatun.facts.PublishedModel;
import dev.gatun.facts.PythiaCheckpoints;
import dev.gatun.facts.PythiaCheckpoints.Checkpoint;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.RunRecorder;
import java.util.Comparator;
import java.util.List;
import java.util.function.DoublePredicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * B2: small Pythia models get worse late in training. Measured as LAMBADA perplexity of the final
 * checkpoint over that of the best one, published with standard errors; the deduplicated twins,
 * trained on other data, are the control.
 *
 * <p>The best of many noisy checkpoints is biased low, so the ratio is biased high even where
 * nothing gets worse. The null is that bias for a model whose true perplexity is flat over all
 * checkpoints, with independent errors: more than there can be, because early checkpoints do not
 * compete and all are evaluated on the same passages. {@link PerplexityBootstrap} takes the bias
 * back and says how sure a ratio is. Evaluations of other seeds of a model are not published with
 * those of the suite: its deduplicated twin is the only replicate.
 */
public final class B2LatePerplexity implements Claim {
  /** Two-sided 95 % of a normal distribution. */
  private static final double NORMAL_95 = 1.959964;

  private static final int NULL_DRAWS = 20_000;

  /** Between the models that the paper calls saturated and those from 1B is 410M, in neither. */
  private static final double SMALL = 160e6;

  private static final double LARGE = 1e9;

  private final PythiaCheckpoints checkpoints;

  public B2LatePerplexity() {
    this(PythiaCheckpoints.shipped());
  }

  B2LatePerplexity(PythiaCheckpoints checkpoints) {
    this.checkpoints = checkpoints;
  }

  @Override
  public String id() {
    return "B2";
  }

  @Override
  public boolean readsCorpus() {
    return false;
  }

  @Override
  public void run(ClaimContext context, EvidenceBuilder evidence) {
    var bootstrap = new PerplexityBootstrap(checkpoints, context.seed());
    checkpoints
        .byModel()
        .forEach((model, list) -> {
          RunRecorder run = begin(context, evidence, model, List.of(model));
          record(run, list, context.seed());
          recordInterval(run, list.getLast().step(), bootstrap.ratio(model));
          run.finish(0);
        });
    recordTwins(context, evidence, bootstrap);
    recordSizes(context, evidence, bootstrap);
    context.report(Progress.of(id(), "done", 1, 1));
  }

  /** Each model beside the one trained on deduplicated data: the only replicate published. */
  private void recordTwins(
      ClaimContext context, EvidenceBuilder evidence, PerplexityBootstrap bootstrap) {
    for (String model : checkpoints.byModel().keySet()) {
      String twin = PythiaCheckpoints.deduplicated(model);
      if (!model.equals(twin) && checkpoints.byModel().containsKey(twin)) {
        RunRecorder run = begin(context, evidence, model + "-less-twin", List.of(model, twin));
        recordDifference(
            run, "model_less_twin", bootstrap.logDifference(List.of(model), List.of(twin)));
        run.finish(0);
      }
    }
  }

  private void recordSizes(
      ClaimContext context, EvidenceBuilder evidence, PerplexityBootstrap bootstrap) {
    List<String> small = models(size -> size <= SMALL);
    List<String> large = models(size -> size >= LARGE);
    if (!small.isEmpty() && !large.isEmpty()) {
      RunRecorder run =
          begin(
              context,
              evidence,
              "small-less-large",
              Stream.concat(small.stream(), large.stream()).toList());
      recordDifference(run, "small_less_large", bootstrap.logDifference(small, large));
      run.finish(0);
    }
  }

  private List<String> models(DoublePredicate size) {
    return checkpoints.byModel().keySet().stream()
        .filter(model -> size.test(PublishedModel.of(model).orElseThrow().parameters()))
        .toList();
  }

  private RunRecorder begin(
      ClaimContext context, EvidenceBuilder evidence, String arm, List<String> models) {
    String names = models.stream().collect(Collectors.joining("\", \"", "\"", "\""));
    int evaluations = models.stream().mapToInt(m -> checkpoints.byModel().get(m).size()).sum();
    return evidence.begin(
        id() + "/" + arm,
        id(),
        arm,
        context.tier().label(),
        "published",
        context.seed(),
        "{\"models\": [%s], \"checkpoints\": %s, \"resamples\": %s}"
            .formatted(names, evaluations, Bootstrap.RESAMPLES));
  }

  /** A difference of logarithms less its bias; the larger arm of its interval is its error. */
  private static void recordDifference(RunRecorder run, String name, Bootstrap difference) {
    Interval interval = difference.mirrored();
    double corrected = difference.corrected();
    run.metric(name, 0, corrected, interval.reach(corrected), "nats");
    run.metric(name + "_low", 0, interval.low(), "nats");
    run.metric(name + "_high", 0, interval.high(), "nats");
  }

  private static void recordInterval(RunRecorder run, long step, Bootstrap ratio) {
    run.metric("final_over_best_corrected", step, ratio.corrected(), "1");
    run.metric("final_over_best_low", step, ratio.mirrored().low(), "1");
    run.metric("final_over_best_high", step, ratio.mirrored().high(), "1");
  }

  private static void record(RunRecorder run, List<Checkpoint> list, long seed) {
    Checkpoint last = list.getLast();
    Checkpoint best =
        list.stream().min(Comparator.comparingDouble(Checkpoint::perplexity)).orElseThrow();
    double ratio = last.perplexity() / best.perplexity();
    double relativeError = best == last ? 0 : Math.hypot(relativeError(last), relativeError(best));
    run.metric(
        "best_perplexity",
        best.step(),
        best.perplexity(),
        NORMAL_95 * best.standardError(),
        "perplexity");
    run.metric(
        "final_perplexity",
        last.step(),
        last.perplexity(),
        NORMAL_95 * last.standardError(),
        "perplexity");
    run.metric("final_over_best", last.step(), ratio, NORMAL_95 * ratio * relativeError, "1");
    run.metric(
        "final_over_best_null",
        last.step(),
        flatRatio(list.size(), relativeError(last), seed),
        "1");
  }

  private static double relativeError(Checkpoint checkpoint) {
    return checkpoint.standardError() / checkpoint.perplexity();
  }

  /** Mean of last/least over draws of so many perplexities of 1 with a relative error. */
  private static double flatRatio(int checkpoints, double relativeError, long seed) {
    double[] noise = new double[NULL_DRAWS * checkpoints];
    Randomness.of(seed).stream("flat perplexity").gaussian(noise, relativeError);
    double sum = 0;
    for (int draw = 0; draw < NULL_DRAWS; draw++) {
      double least = Double.POSITIVE_INFINITY;
      for (int i = 0; i < checkpoints; i++) {
        least = Math.min(least, noise[draw * checkpoints + i]);
      }
      sum += (1 + noise[(draw + 1) * checkpoints - 1]) / (1 + least);
    }
    return sum / NULL_DRAWS;
  }
}
