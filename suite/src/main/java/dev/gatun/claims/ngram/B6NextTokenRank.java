package dev.gatun.claims.ngram;

import dev.gatun.backend.Backend;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.SweepEvidence;
import dev.gatun.experiment.Tier;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.Metric;
import dev.gatun.results.Run;
import dev.gatun.results.RunRecorder;
import java.util.List;
import java.util.OptionalDouble;

/**
 * B6: the matrix of 5-gram next-token distributions has a high rank. Measured as W-error(d) for
 * every d, from its exact spectrum, for contexts of 1 to 5 tokens and corpora of growing size.
 * Control: the same corpora with all their tokens shuffled, which keeps how often each token occurs
 * and nothing of what follows what.
 */
public final class B6NextTokenRank implements Claim {
  private static final String SHUFFLED = "shuffled-";

  /** What is set beside the shuffled corpus of the same size. */
  private static final List<String> COMPARED =
      List.of(
          "half_dimension", "half_share", "negligible_dimension", "sixteenth_error", "rank_share");

  private final NgramExperiment experiment;

  /** With the plans of the tiers. */
  public B6NextTokenRank() {
    this(new NgramExperiment());
  }

  B6NextTokenRank(NgramExperiment experiment) {
    this.experiment = experiment;
  }

  @Override
  public String id() {
    return "B6";
  }

  @Override
  public boolean readsCorpus() {
    return true;
  }

  @Override
  public List<String> computations(Tier tier, Backend backend) {
    return experiment.cost(tier, 1, backend);
  }

  @Override
  public void run(ClaimContext context, EvidenceBuilder evidence) {
    List<Evidence> measured = experiment.evidence(context, id());
    SweepEvidence.hand(id(), measured, true, evidence, (run, own) -> compare(measured, run, own));
  }

  /** Sets a matrix of text beside the mean of its shuffles, and each shuffle beside the text. */
  private static void compare(List<Evidence> measured, Run run, RunRecorder own) {
    if (!run.arm().startsWith(SHUFFLED)) {
      for (String metric : COMPARED) {
        mean(measured, SHUFFLED + run.arm(), metric)
            .ifPresent(value -> own.metric(metric + "_shuffled", 0, value, "1"));
      }
      return;
    }
    String text = run.arm().substring(SHUFFLED.length());
    mean(measured, text, "half_dimension")
        .ifPresent(half ->
            own.metric(
                "half_of_text_over_shuffled",
                0,
                half / value(measured, run, "half_dimension"),
                "1"));
    for (String metric : List.of("sixteenth_error", "rank_share")) {
      mean(measured, text, metric)
          .ifPresent(ofText ->
              own.metric(
                  metric + "_of_text_less_shuffled",
                  0,
                  ofText - value(measured, run, metric),
                  "1"));
    }
  }

  private static OptionalDouble mean(List<Evidence> measured, String arm, String metric) {
    return measured.stream()
        .filter(part -> part.runs().getFirst().arm().equals(arm))
        .mapToDouble(part -> value(measured, part.runs().getFirst(), metric))
        .average();
  }

  private static double value(List<Evidence> measured, Run run, String metric) {
    return measured.stream()
        .flatMap(part -> part.metrics().stream())
        .filter(m -> m.run().equals(run.id()) && m.name().equals(metric))
        .mapToDouble(Metric::value)
        .findFirst()
        .orElseThrow();
  }
}
