package dev.gatun.claims.frozen;

import dev.gatun.claims.frozen.FrozenExperiment.FrozenHeads;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.Tier;
import dev.gatun.measure.GapCurve;
import dev.gatun.results.CurveName;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.RunRecorder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * B8: performance falls once the head's own W-error passes 0.6. Measured as what heads of rank r
 * lose over the full head that is fitted to the same states, against W-error(r) = √Σ_{i>r} σᵢ² /
 * ‖W‖ of the backbone's full head W, and of C·W; null: the W-error of a Gaussian head of the same
 * size at the same ranks.
 */
public final class B8WErrorThreshold implements Claim {
  private final FrozenExperiment experiment;

  /** Reads an experiment, which B5 may share. */
  public B8WErrorThreshold(FrozenExperiment experiment) {
    this.experiment = experiment;
  }

  @Override
  public String id() {
    return "B8";
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
      List<GapCurve.Point> points = new ArrayList<>();
      List<GapCurve.Point> centred = new ArrayList<>();
      for (int rank : heads.setting().ranks()) {
        RunRecorder run = heads.begin(id(), "rank" + rank, evidence);
        run.metric("rank", 0, rank, "1");
        double gap = heads.penalty(rank);
        run.metric("loss_gap", heads.setting().steps(), gap, "nats");
        points.add(point(heads, rank, UnaryOperator.identity(), gap, run));
        centred.add(point(heads, rank, CurveName::centred, gap, run.centred()));
        run.finish(0);
      }
      recordCurve(heads, new GapCurve(points), new GapCurve(centred), evidence);
    }
  }

  /** Reads the W-error at a rank under the given names, which are those of W or of C·W. */
  private static GapCurve.Point point(
      FrozenHeads heads, int rank, UnaryOperator<String> of, double gap, RunRecorder run) {
    long step = heads.setting().steps();
    double wError = heads.value(of.apply(CurveName.name("w_error", rank)));
    double ofRandom = heads.value(of.apply(CurveName.name("w_error_random", rank)));
    double cut = heads.value(of.apply(CurveName.name("loss_truncated", rank)));
    run.metric("w_error", step, wError, "1");
    run.metric("w_error_random_head", step, ofRandom, "1");
    run.metric("loss_gap_truncated", step, cut - heads.value("loss_own"), "nats");
    return new GapCurve.Point(wError, gap);
  }

  private void recordCurve(
      FrozenHeads heads, GapCurve curve, GapCurve centred, EvidenceBuilder evidence) {
    RunRecorder run = heads.begin(id(), "curve", evidence);
    recordCurve(run, heads.setting().steps(), curve);
    recordCurve(run.centred(), heads.setting().steps(), centred);
    heads
        .evidence()
        .spectra()
        .forEach(s -> run.spectrum(s.name(), s.step(), s.singularValues(), s.errorBound()));
    run.finish(heads.evidence().runs().getFirst().wallSeconds());
  }

  /** What the curve says of the threshold; of the knee nothing where it does not reach beyond. */
  static void recordCurve(RunRecorder run, long step, GapCurve curve) {
    run.metric("largest_w_error", step, curve.largest().wError(), "1");
    double share = curve.at(GapCurve.THRESHOLD) / curve.largest().gap();
    run.metric("gap_share_below_threshold", step, share, "1");
    if (curve.largest().wError() > GapCurve.THRESHOLD) {
      run.metric("knee", step, curve.knee(GapCurve.THRESHOLD), "1");
    }
  }
}
