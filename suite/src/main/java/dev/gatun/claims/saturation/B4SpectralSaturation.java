package dev.gatun.claims.saturation;

import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.Tier;
import dev.gatun.facts.SaturationPaper;
import dev.gatun.facts.SaturationPaper.SingularEntropy;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.RunRecorder;
import java.util.List;
import java.util.Locale;

/**
 * B4: the singular values of a small model's head flatten and then collapse to a spike. Measured as
 * the singular entropy of W and of C·W through training, a collapse being what {@link
 * SpectralCollapse} says, and beside it the same rule on the paper's points. Controls: the
 * untrained head, a random head of the same size, and the rows of common tokens alone.
 */
public final class B4SpectralSaturation implements Claim {
  private static final List<String> EVIDENCE =
      List.of(
          "head",
          "singular_entropy",
          "singular_entropy_random_head",
          "singular_entropy_common_tokens",
          "largest_component",
          "participation_ratio",
          "entropy_minimum",
          "entropy_minimum_step",
          "entropy_fall",
          "entropy_fall_common_tokens",
          "entropy_rise",
          "entropy_rise_share",
          "entropy_rise_share_common_tokens",
          "loss");

  private final SaturationExperiment experiment;
  private final SaturationPaper paper;
  private final List<SingularEntropy> published;

  /** Reads an experiment, which B3 may share. */
  public B4SpectralSaturation(SaturationExperiment experiment) {
    this(experiment, SaturationPaper.shipped().singularEntropies());
  }

  B4SpectralSaturation(SaturationExperiment experiment, List<SingularEntropy> published) {
    this.experiment = experiment;
    this.paper = SaturationPaper.shipped();
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
    published.forEach(entropy -> record(context, entropy, evidence));
  }

  private void record(ClaimContext context, SingularEntropy entropy, EvidenceBuilder evidence) {
    String arm = entropy.model().name().toLowerCase(Locale.ROOT);
    int width = entropy.model().width();
    RunRecorder run =
        evidence.begin(
            id() + "/" + arm,
            id(),
            arm,
            context.tier().label(),
            "published",
            context.seed(),
            "{\"width\": %s}".formatted(width));
    long end = paper.pythiaTraining().steps();
    double error = paper.readingErrors().entropyShare();
    run.metric(
        "published_minimum", entropy.leastStep(), entropy.least(), error * entropy.least(), "nats");
    run.metric("published_final", end, entropy.last(), error * entropy.last(), "nats");
    run.metric(
        "published_rise_share",
        end,
        SpectralCollapse.of(entropy).riseShare(width),
        error * (entropy.last() + entropy.least()) / Math.log(width),
        "1");
    run.finish(0);
  }
}
