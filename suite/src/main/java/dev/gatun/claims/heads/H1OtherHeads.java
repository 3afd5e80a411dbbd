package dev.gatun.claims.heads;

import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.ClaimPart;
import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.SweepEvidence;
import dev.gatun.experiment.Tier;
import dev.gatun.io.Json;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.Run;
import dev.gatun.results.RunRecorder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * H1, no claim of a paper but the question that A1, A4, A6 and A7 leave open: does another head
 * help? A1's destroyed norm, taken context by context with the Jacobian of the log-probabilities in
 * the place of W, so that it is defined for heads that amount to no matrix, with the rank of what
 * one step of all hidden states does to the logits; A4's rank and components of the gradient of
 * growing batches; A7's loss over tokens, and how many more tokens a head needs than the linear one
 * for a loss that both reach. A6's accuracy is another experiment's part. All heads have one
 * backbone and width, batches and initial weights of equal seeds, and learning rates of their own.
 */
public final class H1OtherHeads implements Claim {
  private static final List<String> EVIDENCE =
      List.of(
          "local_destroyed_norm",
          "local_destroyed_norm_unrelated",
          "local_kept_over_chance",
          "jacobian_rank_over_width",
          "hidden_step_rank_over_width",
          "gradient_rank_of",
          "gradient_components_70_of",
          "gradient_components_999_of",
          "gradient_rank_share",
          "gradient_components_70_share",
          "gradient_components_999_share",
          "gradient_rank_growth",
          "targets_rank_of",
          "targets_rank_share",
          "targets_components_70_share",
          "targets_components_999_share",
          HeadVariantTraining.VALIDATION_LOSS,
          HeadVariantTraining.TRIAL_LOSS,
          "learning_rate",
          "tokens_per_step",
          "parameters");

  private final HeadFamilyExperiment experiment;
  private final List<ClaimPart> others;

  /** Reads an experiment, and what others contribute. */
  public H1OtherHeads(HeadFamilyExperiment experiment, List<ClaimPart> others) {
    this.experiment = experiment;
    this.others = List.copyOf(others);
  }

  @Override
  public String id() {
    return "H1";
  }

  @Override
  public boolean readsCorpus() {
    return true;
  }

  @Override
  public List<PlannedRun<?>> trainings(Tier tier, long seed) {
    return Stream.concat(
            experiment.trainings(tier, seed).stream(),
            others.stream().<PlannedRun<?>>flatMap(part -> part.trainings(tier, seed).stream()))
        .toList();
  }

  @Override
  public void run(ClaimContext context, EvidenceBuilder evidence) {
    List<Evidence> measured = experiment.evidence(context, id());
    SweepEvidence.hand(id(), measured, EVIDENCE, evidence);
    Map<String, Evidence> runs = new LinkedHashMap<>();
    for (Evidence part : measured) {
      Run run = part.runs().getFirst();
      runs.put(run.arm() + run.seed(), part);
    }
    for (Evidence part : measured) {
      Run run = part.runs().getFirst();
      if (HeadChoice.all().stream().anyMatch(head -> head.label().equals(run.arm()))) {
        recordTokens(part, runs.get(HeadChoice.LINEAR.label() + run.seed()), evidence);
      }
    }
    others.forEach(part -> part.run(context, id(), evidence));
  }

  /**
   * Tokens after which a head first has a loss over those after which the linear head of the same
   * seed has it: 1 for equal runs. The loss is the higher of both final ones, which both reach.
   */
  private void recordTokens(Evidence head, Evidence linear, EvidenceBuilder evidence) {
    Run of = head.runs().getFirst();
    LossCurve own = LossCurve.of(head);
    LossCurve beside = LossCurve.of(linear);
    double loss = Math.max(own.last().loss(), beside.last().loss());
    String arm = of.arm() + "-over-linear";
    RunRecorder run =
        evidence.begin(
            "%s/%s/seed%s".formatted(id(), arm, of.seed()),
            id(),
            arm,
            of.tier(),
            of.device(),
            of.seed(),
            Json.line(Map.of("curves", List.of(of.arm(), HeadChoice.LINEAR.label()))));
    run.metric("loss_of_both", 0, loss, "nats");
    run.metric("tokens_over_linear", 0, own.tokensTo(loss) / beside.tokensTo(loss), "1");
    run.finish(0);
  }
}
