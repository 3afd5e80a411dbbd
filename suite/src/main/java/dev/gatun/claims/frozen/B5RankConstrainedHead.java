package dev.gatun.claims.frozen;

import dev.gatun.claims.frozen.FrozenExperiment.FrozenHeads;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.Tier;
import dev.gatun.results.CurveName;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.Run;
import dev.gatun.results.RunRecorder;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * B5: on one frozen backbone, a head of lower rank loses performance. Measured as loss and accuracy
 * of heads W = A·B of growing rank, each trained on the same hidden states at the rate that is best
 * for it, over the full head W fitted to the same states, whose loss is convex. Control: the
 * model's own head cut down to the same rank without training.
 */
public final class B5RankConstrainedHead implements Claim {
  private final FrozenExperiment experiment;

  /** Reads an experiment, which B8 may share. */
  public B5RankConstrainedHead(FrozenExperiment experiment) {
    this.experiment = experiment;
  }

  @Override
  public String id() {
    return "B5";
  }

  @Override
  public boolean readsCorpus() {
    return true;
  }

  @Override
  public List<PlannedRun<?>> trainings(Tier tier, Seeds seeds) {
    return experiment.trainings(tier, seeds);
  }

  @Override
  public void run(ClaimContext context, EvidenceBuilder evidence) {
    for (FrozenHeads heads : experiment.runs(context, id())) {
      recordFull(heads, evidence);
      for (int rank : heads.setting().ranks()) {
        recordRank(heads, rank, evidence);
      }
      recordShape(heads, evidence);
    }
  }

  /** The model's own head, and the one that was fitted from it on until it had converged. */
  private void recordFull(FrozenHeads heads, EvidenceBuilder evidence) {
    long step = heads.setting().steps();
    Run of = heads.evidence().runs().getFirst();
    double loss = heads.value("loss_own");
    RunRecorder own = heads.begin(id(), "own", evidence);
    own.metric("validation_loss", step, loss, "nats");
    own.metric("validation_accuracy", step, heads.value("accuracy_own"), "1");
    int width = heads.setting().size().width();
    double cut = heads.value(CurveName.name("loss_truncated", width));
    own.metric("uncut_difference", step, Math.abs(cut - loss), "nats");
    double cutCentred = heads.value(CurveName.centred(CurveName.name("loss_truncated", width)));
    own.centred().metric("uncut_difference", step, Math.abs(cutCentred - loss), "nats");
    own.finish(of.wallSeconds());
    RunRecorder fitted = heads.begin(id(), "fitted", evidence);
    fitted.metric("chosen_rate", 0, heads.value("learning_rate" + HeadChoice.FITTED), "1");
    recordRates(heads, HeadChoice.FULL, fitted);
    fitted.metric("validation_loss", step, heads.value("loss" + HeadChoice.FITTED), "nats");
    fitted.metric("validation_accuracy", step, heads.value("accuracy" + HeadChoice.FITTED), "1");
    fitted.finish(0);
  }

  private void recordRank(FrozenHeads heads, int rank, EvidenceBuilder evidence) {
    FrozenSetting setting = heads.setting();
    long step = setting.steps();
    double loss = heads.ofRank("loss", rank);
    RunRecorder run = heads.begin(id(), "rank" + rank, evidence);
    run.metric("rank", 0, rank, "1");
    run.metric("rank_share", 0, (double) rank / setting.size().width(), "1");
    run.metric("chosen_rate", 0, heads.ofRank("learning_rate", rank), "1");
    recordRates(heads, rank, run);
    run.metric("validation_loss", step, loss, "nats");
    run.metric("validation_accuracy", step, heads.ofRank("accuracy", rank), "1");
    recordCut(heads, rank, UnaryOperator.identity(), loss, run);
    recordCut(heads, rank, CurveName::centred, loss, run.centred());
    run.metric("rank_penalty", step, heads.penalty(rank), "nats");
    run.finish(0);
  }

  private static void recordRates(FrozenHeads heads, int rank, RunRecorder run) {
    for (double rate : heads.setting().rates()) {
      String name = new HeadChoice(rank, rate).metricOfRate("choosing_loss");
      run.metric("choosing_loss_rate" + rate, heads.setting().steps(), heads.value(name), "nats");
    }
  }

  /** What the trained head, or the centred one, loses when it is cut down to a rank. */
  private static void recordCut(
      FrozenHeads heads, int rank, UnaryOperator<String> of, double loss, RunRecorder run) {
    long step = heads.setting().steps();
    double cut = heads.value(of.apply(CurveName.name("loss_truncated", rank)));
    double accuracy = heads.value(of.apply(CurveName.name("accuracy_truncated", rank)));
    run.metric("truncated_loss", step, cut, "nats");
    run.metric("truncated_accuracy", step, accuracy, "1");
    run.metric("truncated_excess", step, cut - loss, "nats");
  }

  /**
   * What halvings of the rank cost: those from D/4 to D/16 over those from the full head to D/4,
   * and the penalty at D/2, D/4 and D/8 over that at D/16.
   */
  private void recordShape(FrozenHeads heads, EvidenceBuilder evidence) {
    int width = heads.setting().size().width();
    List<Integer> ranks = heads.setting().ranks();
    if (!ranks.containsAll(List.of(width / 16, width / 8, width / 4, width / 2))) {
      return;
    }
    long step = heads.setting().steps();
    double quarter = heads.penalty(width / 4);
    double sixteenth = heads.penalty(width / 16);
    RunRecorder run = heads.begin(id(), "shape", evidence);
    run.metric("steepening", step, (sixteenth - quarter) / quarter, "1");
    for (int part : List.of(2, 4, 8)) {
      double share = heads.penalty(width / part) / sixteenth;
      run.metric(CurveName.name("penalty_share", part), step, share, "1");
    }
    run.finish(0);
  }
}
