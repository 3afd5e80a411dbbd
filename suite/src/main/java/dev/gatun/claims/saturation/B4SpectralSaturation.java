package dev.gatun.claims.saturation;

import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.Tier;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.RunRecorder;
import java.util.List;

/**
 * B4: the singular values of a small model's head flatten and then collapse to a spike. Measured as
 * the singular entropy through training, a collapse being what {@link SpectralCollapse} says, and
 * beside it the same rule on the paper's points. Controls: the untrained head, a random head of the
 * same size, and the rows of common tokens alone.
 */
public final class B4SpectralSaturation implements Claim {
  private static final List<String> EVIDENCE =
      List.of(
          "head",
          "singular_entropy",
          "singular_entropy_random_head",
          "singular_entropy_common_tokens",
          "largest_component",
          "entropy_minimum",
          "entropy_minimum_step",
          "entropy_fall",
          "entropy_fall_common_tokens",
          "entropy_rise",
          "entropy_rise_share",
          "entropy_rise_share_common_tokens",
          "loss");

  private final SaturationExperiment experiment;
  private final List<PublishedEntropy> published;

  /** Reads an experiment, which B3 may share. */
  public B4SpectralSaturation(SaturationExperiment experiment) {
    this(experiment, PublishedEntropy.shipped());
  }

  B4SpectralSaturation(SaturationExperiment experiment, List<PublishedEntropy> published) {
    this.experiment = experiment;
    this.published = published;
  }

  @Override
  public String id() {
    return "B4";
  }

  @Override
  public boolean readsCorpus() {
    return true;
  }

  @Override
  public List<PlannedRun<?>> trainings(Tier tier, long seed) {
    return experiment.trainings(tier, seed);
  }

  @Override
  public void run(ClaimContext context, EvidenceBuilder evidence) {
    experiment.record(context, id(), EVIDENCE, evidence);
    for (PublishedEntropy model : published) {
      RunRecorder run =
          evidence.begin(
              id() + "/" + model.arm(),
              id(),
              model.arm(),
              context.tier().label(),
              "published",
              context.seed(),
              "{\"width\": %s}".formatted(model.width()));
      SpectralCollapse collapse = model.collapse();
      long last = PublishedEntropy.LAST_STEP;
      double error = PublishedEntropy.RELATIVE_ERROR;
      run.metric(
          "published_minimum",
          collapse.minimumStep(),
          collapse.minimum(),
          error * collapse.minimum(),
          "nats");
      run.metric("published_final", last, model.last(), error * model.last(), "nats");
      run.metric(
          "published_rise_share",
          last,
          collapse.riseShare(model.width()),
          error * (model.last() + model.minimum()) / Math.log(model.width()),
          "1");
      run.finish(0);
    }
  }
}
