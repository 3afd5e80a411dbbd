package dev.gatun.claims.heads;

import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.ClaimPart;
import dev.gatun.experiment.HeadChoice;
import dev.gatun.io.Json;
import dev.gatun.model.HeadForm.Factorised;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.Run;
import dev.gatun.results.RunRecorder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Beside A7's runs: how many times fewer tokens the widest factorised head needs to reach the final
 * loss of a narrower one of the same seed; and, as the null, the plain head to reach that of the
 * widest factorised one, which can hold the same weights.
 *
 * @param runs of every rank
 * @param head another head beside them
 */
public record EfficiencyFactors(HeadVariantExperiment runs, HeadChoice head) implements ClaimPart {

  @Override
  public void run(ClaimContext context, String claim, EvidenceBuilder evidence) {
    for (var outcome : runs.outcomes(context, claim)) {
      List<HeadVariant> factorised =
          outcome.plan().arms().stream().filter(v -> v.head() instanceof Factorised).toList();
      String widest = factorised.getLast().arm();
      String plain = HeadVariant.FULL.arm();
      for (long seed : outcome.plan().seeds()) {
        Map<String, Evidence> arms = ofSeed(outcome.runs(), seed);
        for (HeadVariant narrow : factorised.subList(0, factorised.size() - 1)) {
          record(claim, arms, widest, narrow.arm(), evidence);
        }
        record(claim, arms, plain, widest, evidence);
        if (arms.containsKey(head.label())) {
          record(claim, arms, plain, head.label(), evidence);
        }
      }
    }
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
  private static void record(
      String claim,
      Map<String, Evidence> arms,
      String wide,
      String narrow,
      EvidenceBuilder evidence) {
    Run of = arms.get(wide).runs().getFirst();
    LossCurve narrowCurve = LossCurve.of(arms.get(narrow));
    double loss = narrowCurve.last().loss();
    LossCurve wideCurve = LossCurve.of(arms.get(wide));
    boolean reached = !Double.isNaN(wideCurve.tokensTo(loss));
    double tokens = reached ? wideCurve.tokensTo(loss) : wideCurve.last().tokens();
    String arm = wide + "-over-" + narrow;
    String configuration = Json.line(Map.of("curves", List.of(wide, narrow)));
    RunRecorder run = evidence.beginFrom(of, claim, arm, configuration);
    run.metric("reached", 0, reached ? 1 : 0, "1");
    run.metric("tokens_to_narrow_loss", 0, tokens, "tokens");
    run.metric("efficiency_factor", 0, narrowCurve.tokensTo(loss) / tokens, "1");
    run.finish(0);
  }
}
