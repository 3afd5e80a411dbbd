package dev.gatun.claims.heads;

import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.ClaimPart;
import dev.gatun.experiment.HeadChoice;
import dev.gatun.io.Json;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.Run;
import dev.gatun.results.RunRecorder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Beside H1's runs: how many more tokens a head needs than the linear one for a loss that both
 * reach.
 *
 * @param runs with every head
 */
public record TokensOverLinear(HeadFamilyExperiment runs) implements ClaimPart {

  @Override
  public void run(ClaimContext context, String claim, EvidenceBuilder evidence) {
    List<Evidence> measured = runs.evidence(context, claim);
    Map<String, Evidence> byArm = new LinkedHashMap<>();
    for (Evidence part : measured) {
      Run run = part.runs().getFirst();
      byArm.put(run.arm() + run.seed(), part);
    }
    for (Evidence part : measured) {
      Run run = part.runs().getFirst();
      if (HeadChoice.all().stream().anyMatch(head -> head.label().equals(run.arm()))) {
        record(claim, part, byArm.get(HeadChoice.LINEAR.label() + run.seed()), evidence);
      }
    }
  }

  /**
   * Tokens after which a head first has a loss over those after which the linear head of the same
   * seed has it: 1 for equal runs. The loss is the higher of both final ones, which both reach.
   */
  private static void record(
      String claim, Evidence head, Evidence linear, EvidenceBuilder evidence) {
    Run of = head.runs().getFirst();
    LossCurve own = LossCurve.of(head);
    LossCurve beside = LossCurve.of(linear);
    double loss = Math.max(own.last().loss(), beside.last().loss());
    String arm = of.arm() + "-over-linear";
    List<String> curves = List.of(of.arm(), HeadChoice.LINEAR.label());
    RunRecorder run = evidence.beginFrom(of, claim, arm, Json.line(Map.of("curves", curves)));
    run.metric("loss_of_both", 0, loss, "nats");
    run.metric("tokens_over_linear", 0, own.tokensTo(loss) / beside.tokensTo(loss), "1");
    run.finish(0);
  }
}
