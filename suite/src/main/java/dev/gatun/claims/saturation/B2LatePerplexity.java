package dev.gatun.claims.saturation;

import dev.gatun.claims.saturation.PythiaCheckpoints.Checkpoint;
import dev.gatun.data.Randomness;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.Progress;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.RunRecorder;
import java.util.Comparator;
import java.util.List;

/**
 * B2: small Pythia models get worse late in training. Measured as LAMBADA perplexity of the final
 * checkpoint over that of the best one, published with standard errors; the deduplicated twins,
 * trained on other data, are the control.
 *
 * <p>The best of many noisy checkpoints is biased low, so the ratio is biased high even where
 * nothing gets worse. The null is that bias for a model whose true perplexity is flat over all
 * checkpoints, with independent errors: more than there can be, because early checkpoints do not
 * compete and all are evaluated on the same passages.
 */
public final class B2LatePerplexity implements Claim {
  /** Two-sided 95 % of a normal distribution. */
  private static final double NORMAL_95 = 1.959964;

  private static final int NULL_DRAWS = 20_000;

  private final PythiaCheckpoints checkpoints;

  /** With the published numbers. */
  public B2LatePerplexity() {
    this(PythiaCheckpoints.published());
  }

  B2LatePerplexity(PythiaCheckpoints checkpoints) {
    this.checkpoints = checkpoints;
  }

  @Override
  public String id() {
    return "B2";
  }

  @Override
  public String title() {
    return "Small Pythia models get worse late in training, large ones do not";
  }

  @Override
  public boolean readsCorpus() {
    return false;
  }

  @Override
  public void run(ClaimContext context, EvidenceBuilder evidence) {
    checkpoints
        .byModel()
        .forEach((model, list) -> {
          RunRecorder run =
              evidence.begin(
                  id() + "/" + model,
                  id(),
                  model,
                  context.tier().label(),
                  "published",
                  context.seed(),
                  "{\"model\": \"%s\", \"checkpoints\": %s}".formatted(model, list.size()));
          record(run, list, context.seed());
          run.finish(0);
        });
    context.report(Progress.of(id(), "done", 1, 1));
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
