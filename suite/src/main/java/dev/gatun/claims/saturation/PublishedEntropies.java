package dev.gatun.claims.saturation;

import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.ClaimPart;
import dev.gatun.facts.SaturationPaper;
import dev.gatun.facts.SaturationPaper.SingularEntropy;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.RunRecorder;
import java.util.List;
import java.util.Locale;

/**
 * Beside B4's runs: the rule that tells a collapse, on the points that the paper's figure shows.
 */
public final class PublishedEntropies implements ClaimPart {
  private final SaturationPaper paper = SaturationPaper.shipped();
  private final List<SingularEntropy> published;

  public PublishedEntropies() {
    this(SaturationPaper.shipped().singularEntropies());
  }

  PublishedEntropies(List<SingularEntropy> published) {
    this.published = published;
  }

  @Override
  public void run(ClaimContext context, String claim, EvidenceBuilder evidence) {
    published.forEach(entropy -> record(context, claim, entropy, evidence));
  }

  private void record(
      ClaimContext context, String claim, SingularEntropy entropy, EvidenceBuilder evidence) {
    String arm = entropy.model().name().toLowerCase(Locale.ROOT);
    int width = entropy.model().width();
    RunRecorder run =
        evidence.begin(
            claim + "/" + arm,
            claim,
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
        entropy.riseShare(),
        error * (entropy.last() + entropy.least()) / Math.log(width),
        "1");
    run.finish(0);
  }
}
