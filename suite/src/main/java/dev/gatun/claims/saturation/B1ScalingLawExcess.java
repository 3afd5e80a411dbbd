package dev.gatun.claims.saturation;

import dev.gatun.claims.saturation.Bootstrap.Interval;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.Progress;
import dev.gatun.facts.LossPoint;
import dev.gatun.facts.ScalingLaw;
import dev.gatun.results.CurveName;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.RunRecorder;
import java.util.List;
import java.util.Locale;

/**
 * B1: the final checkpoints of the small Pythia models are worse than the scaling law of the larger
 * ones says, and even their best checkpoints are. Measured as loss/L(N, T) − 1 with the law and the
 * losses published; nothing is trained.
 *
 * <p>The paper's α cannot be checked: the figure gives the losses of one larger model (410M), which
 * tells nothing of α. So A is refitted to that model for each of many α, and the mean excess is a
 * curve over α; and A and α are refitted together to all five models before they saturate. {@link
 * ScalingLawBootstrap} says how sure the means are. The figure has one run of each model: losses of
 * other seeds and of the deduplicated twins were not found published.
 */
public final class B1ScalingLawExcess implements Claim {
  private static final String LARGER_MODEL = "410M";

  private final SaturationFigure figure;

  public B1ScalingLawExcess() {
    this(SaturationFigure.published());
  }

  B1ScalingLawExcess(SaturationFigure figure) {
    this.figure = figure;
  }

  @Override
  public String id() {
    return "B1";
  }

  @Override
  public boolean readsCorpus() {
    return false;
  }

  @Override
  public void run(ClaimContext context, EvidenceBuilder evidence) {
    ScalingLaw law = figure.law();
    ScalingLaw refit = law.refitA(figure.curves().get(LARGER_MODEL));
    for (LossPoint last : figure.finalLosses().values()) {
      RunRecorder run = begin(context, evidence, last.model().size().toLowerCase(Locale.ROOT), law);
      record(run, "final", last, law);
      run.metric("final_excess_refit", last.step(), refit.excess(last), error(last, refit), "1");
      LossPoint best = figure.bestLosses().get(last.model().size());
      if (best != null) {
        record(run, "best", best, law);
        run.metric("best_excess_refit", best.step(), refit.excess(best), error(best, refit), "1");
      }
      run.finish(0);
    }
    RunRecorder mean = begin(context, evidence, "saturated-mean", law);
    mean.metric("models", 0, figure.bestLosses().size(), "1");
    var bootstrap = new ScalingLawBootstrap(figure, LARGER_MODEL, context.seed());
    record(mean, "mean_final_excess", bootstrap.printedLaw(figure.saturatedFinal()));
    record(mean, "mean_best_excess", bootstrap.printedLaw(figure.saturatedBest()));
    record(mean, "mean_final_excess_rounding", bootstrap.roundedLaw(figure.saturatedFinal()));
    record(mean, "mean_best_excess_rounding", bootstrap.roundedLaw(figure.saturatedBest()));
    record(mean, "mean_final_excess_refit", bootstrap.refitOfA(figure.saturatedFinal()));
    record(mean, "mean_best_excess_refit", bootstrap.refitOfA(figure.saturatedBest()));
    record(mean, "mean_final_excess_free", bootstrap.refitOfBoth(figure.saturatedFinal()));
    record(mean, "mean_best_excess_free", bootstrap.refitOfBoth(figure.saturatedBest()));
    record(mean, "refit_a", "nats", bootstrap.fittedA());
    record(mean, "fitted_alpha", "1", bootstrap.fittedAlpha());
    recordAlphas(mean);
    mean.finish(0);
    context.report(Progress.of(id(), "done", 1, 1));
  }

  /** The mean excess for each α, and the α at which nothing is left of it. */
  private void recordAlphas(RunRecorder run) {
    for (int hundredths = 20; hundredths <= 36; hundredths++) {
      double alpha = hundredths / 100.0;
      ScalingLaw law = refitted(alpha);
      run.metric(
          CurveName.name("final_excess_of_alpha", alpha),
          0,
          law.meanExcess(figure.saturatedFinal()),
          "1");
      run.metric(
          CurveName.name("best_excess_of_alpha", alpha),
          0,
          law.meanExcess(figure.saturatedBest()),
          "1");
    }
    run.metric("alpha_without_final_excess", 0, alphaWithout(figure.saturatedFinal()), "1");
    run.metric("alpha_without_best_excess", 0, alphaWithout(figure.saturatedBest()), "1");
  }

  private ScalingLaw refitted(double alpha) {
    return figure.law().withAlpha(alpha).refitA(figure.curves().get(LARGER_MODEL));
  }

  /**
   * By bisection: the excess falls as α grows, since the models are smaller than that of the fit.
   */
  private double alphaWithout(List<LossPoint> points) {
    double low = 0;
    double high = 1;
    for (int i = 0; i < 50; i++) {
      double middle = (low + high) / 2;
      if (refitted(middle).meanExcess(points) > 0) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private RunRecorder begin(
      ClaimContext context, EvidenceBuilder evidence, String arm, ScalingLaw law) {
    return evidence.begin(
        id() + "/" + arm,
        id(),
        arm,
        context.tier().label(),
        "published",
        context.seed(),
        "{\"A\": %s, \"alpha\": %s, \"B\": %s, \"beta\": %s, \"E\": %s, \"resamples\": %s}"
            .formatted(
                law.a(), law.alpha(), law.b(), law.beta(), law.irreducible(), Bootstrap.RESAMPLES));
  }

  private void record(RunRecorder run, String which, LossPoint point, ScalingLaw law) {
    double predicted = law.loss(point.parameters(), point.tokens());
    run.metric(which + "_loss", point.step(), point.loss(), figure.readingError(), "nats");
    run.metric(which + "_loss_predicted", point.step(), predicted, "nats");
    run.metric(which + "_excess", point.step(), law.excess(point), error(point, law), "1");
  }

  /** A mean with the ends of its interval, the larger arm of which is its uncertainty. */
  private static void record(RunRecorder run, String name, Bootstrap mean) {
    record(run, name, "1", mean);
    run.metric(name + "_low", 0, mean.percentile().low(), "1");
    run.metric(name + "_high", 0, mean.percentile().high(), "1");
  }

  private static void record(RunRecorder run, String name, String unit, Bootstrap value) {
    Interval interval = value.percentile();
    run.metric(name, 0, value.estimate(), interval.reach(value.estimate()), unit);
  }

  private double error(LossPoint point, ScalingLaw law) {
    return figure.readingError() / law.loss(point.parameters(), point.tokens());
  }
}
