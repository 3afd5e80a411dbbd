package dev.gatun.claims.ngram;

import dev.gatun.backend.Backend;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.Computation;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.SweepEvidence;
import dev.gatun.experiment.Tier;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import java.util.List;
import java.util.Optional;

/**
 * B6: the matrix of 5-gram next-token distributions has a high rank. Measured as W-error(d) for
 * every d, from its exact spectrum, for contexts of 1 to 5 tokens, for those that occur often, and
 * for corpora of growing size. Null: the lengths of the matrix' columns. Control: the same corpora
 * with all their tokens shuffled, which keeps how often each token occurs and nothing of what
 * follows what.
 */
public final class B6NextTokenRank implements Claim {
  private final NgramExperiment experiment;

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
  public Optional<Computation> computation(Tier tier, Backend backend) {
    return Optional.of(experiment.cost(tier, Seeds.from(1), backend));
  }

  @Override
  public void run(ClaimContext context, EvidenceBuilder evidence) {
    List<Evidence> measured = experiment.evidence(context, id());
    SweepEvidence.hand(id(), measured, true, evidence);
  }
}
