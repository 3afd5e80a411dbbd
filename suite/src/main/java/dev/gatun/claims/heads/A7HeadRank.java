package dev.gatun.claims.heads;

import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.Tier;
import dev.gatun.io.Json;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.Run;
import dev.gatun.results.RunRecorder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A7: the fewer dimensions a head has, the slower the same backbone trains. Measured as the
 * validation loss over tokens with heads W = A·B of growing rank, up to the width; the plain head
 * beside them, which the head of rank D could equal but does not train like. From the curves of one
 * seed follows the efficiency factor: how many times fewer tokens the widest head needs to reach
 * the final loss of a narrower one. C1 tells how much of it the backward pass accounts for.
 */
public final class A7HeadRank implements Claim {
  private final HeadVariantExperiment experiment;
  private final HeadChoice head;

  /** Reads an experiment, which other claims may share. */
  public A7HeadRank(HeadVariantExperiment experiment) {
    this(experiment, HeadChoice.LINEAR);
  }

  /** As above, with another head beside the plain one and those of every rank. */
  public A7HeadRank(HeadVariantExperiment experiment, HeadChoice head) {
    this.experiment = experiment;
    this.head = head;
  }

  @Override
  public String id() {
    return "A7";
  }

  @Override
  public boolean readsCorpus() {
    return true;
  }

  @Override
  public List<PlannedRun<?>> trainings(Tier tier, long seed) {
    return experiment.trainings(tier, seed, id(), this::arms);
  }

  @Override
  public void run(ClaimContext context, EvidenceBuilder evidence) {
    var outcome = experiment.run(context, id(), this::arms);
    HeadVariantExperiment.record(id(), outcome, evidence);
    HeadVariantPlan plan = experiment.plan(context.tier(), context.seed(), id());
    String widest = HeadVariant.rank(plan.ranks().getLast()).arm();
    for (long seed : plan.seeds()) {
      Map<String, Evidence> arms = ofSeed(outcome.runs(), seed);
      for (int rank : plan.ranks()) {
        String narrow = HeadVariant.rank(rank).arm();
        if (!narrow.equals(widest)) {
          recordFactor(arms, widest, narrow, rank, evidence);
        }
        recordFactor(arms, HeadVariant.FULL.arm(), narrow, rank, evidence);
      }
      if (arms.containsKey(head.label())) {
        int width = plan.scale().size().width();
        recordFactor(arms, HeadVariant.FULL.arm(), head.label(), width, evidence);
      }
    }
  }

  private List<HeadVariant> arms(HeadVariantPlan plan) {
    return plan.rankArms(head);
  }

  private static Map<String, Evidence> ofSeed(List<Evidence> runs, long seed) {
    Map<String, Evidence> arms = new LinkedHashMap<>();
    for (Evidence part : runs) {
      Run run = part.runs().getFirst();
      if (run.seed() == seed) {
        arms.put(run.arm(), part);
      }
    }
    return arms;
  }

  /**
   * Tokens after which the narrow run first has its final loss over those after which the wide one
   * has it: 1 for equal runs. Of a wide run that ends before it has that loss, all its tokens are
   * counted, so that the factor is the most that it can be; {@code reached} then is 0.
   */
  private void recordFactor(
      Map<String, Evidence> arms,
      String wide,
      String narrow,
      int narrowRank,
      EvidenceBuilder evidence) {
    Run of = arms.get(wide).runs().getFirst();
    LossCurve narrowCurve = LossCurve.of(arms.get(narrow));
    double loss = narrowCurve.last().loss();
    LossCurve wideCurve = LossCurve.of(arms.get(wide));
    boolean reached = !Double.isNaN(wideCurve.tokensTo(loss));
    double tokens = reached ? wideCurve.tokensTo(loss) : wideCurve.last().tokens();
    String arm = wide + "-over-" + narrow;
    RunRecorder run =
        evidence.begin(
            "%s/%s/seed%s".formatted(id(), arm, of.seed()),
            id(),
            arm,
            of.tier(),
            of.device(),
            of.seed(),
            Json.line(Map.of("curves", List.of(wide, narrow))));
    run.metric("narrow_rank", 0, narrowRank, "1");
    run.metric("reached", 0, reached ? 1 : 0, "1");
    run.metric("tokens_to_narrow_loss", 0, tokens, "tokens");
    run.metric("efficiency_factor", 0, narrowCurve.tokensTo(loss) / tokens, "1");
    run.finish(0);
  }
}
