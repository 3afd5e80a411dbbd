package dev.gatun.claims.checkpoint;

import dev.gatun.claims.checkpoint.CheckpointClaims.Measured;
import dev.gatun.facts.SaturationPaper;
import dev.gatun.facts.SaturationPaper.TrainedHead;
import dev.gatun.measure.GapCurve;
import dev.gatun.results.CurveName;
import dev.gatun.results.Metric;
import dev.gatun.results.RunRecorder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What a head of lower rank loses, the model's own cut to the rank or one that is fitted from there
 * on, whichever loses less, beside what the paper's heads lose that are trained at that rank
 * (figure 6), and over the head's own W-error (figure 8).
 *
 * <p>Both lose at least what the best head of the rank loses. The paper is contradicted where they
 * lose less than its heads; where they lose more, both may be right.
 *
 * @param heads of the model in the paper, ascending by rank up to the full one; none where it has
 *     none
 */
record RankLosses(Measured measured, List<TrainedHead> heads) {
  private static final List<String> KINDS =
      List.of("truncated_penalty_of_rank", "fitted_penalty_of_rank");

  static RankLosses of(SaturationPaper paper, Measured measured) {
    return new RankLosses(measured, heads(paper, measured.checkpoint()));
  }

  /** The paper's heads of a model at the end of its training. */
  static List<TrainedHead> heads(SaturationPaper paper, PublishedCheckpoint checkpoint) {
    return paper.trainedHeads().stream()
        .filter(head -> checkpoint.last() && checkpoint.isOf(head.model()))
        .sorted(Comparator.comparingInt(TrainedHead::rank))
        .toList();
  }

  /**
   * What is lost at a rank over the full head, in nats.
   *
   * @param error half-width of its 95 % interval
   * @param published what the paper's head loses
   */
  private record Lost(int rank, double loss, double error, double published) {
    double fromPublished() {
      return loss - published;
    }

    /** What is lost at this rank over the next one, its error as if the two were independent. */
    Lost over(Lost next) {
      return new Lost(
          rank, loss - next.loss, Math.hypot(error, next.error), published - next.published);
    }
  }

  /** Ranks below the full one that the figure has and that were measured, ascending. */
  private List<Lost> lost(UnaryOperator<String> naming) {
    List<Lost> all = new ArrayList<>();
    for (TrainedHead head : heads.subList(0, Math.max(0, heads.size() - 1))) {
      double published = head.loss() - heads.getLast().loss();
      KINDS.stream()
          .flatMap(
              kind -> measured.metric(naming.apply(CurveName.name(kind, head.rank()))).stream())
          .min(Comparator.comparingDouble(Metric::value))
          .ifPresent(m -> all.add(new Lost(head.rank(), m.value(), m.uncertainty(), published)));
    }
    return all;
  }

  /** B5: what is lost at each rank, beside what the paper has. */
  void recordPenalties(RunRecorder run) {
    List<Lost> own = lost(UnaryOperator.identity());
    for (Lost at : own) {
      String name = CurveName.name("rank_penalty_published", at.rank);
      run.metric(name, step(), at.published, "nats");
    }
    recordLeast("rank_penalty_least_from_published", own, run);
    recordLeast("rank_penalty_least_from_published", lost(CurveName::centred), run.centred());
    List<Lost> falls = new ArrayList<>();
    for (int i = 0; i < own.size(); i++) {
      falls.add(i + 1 < own.size() ? own.get(i).over(own.get(i + 1)) : own.get(i));
    }
    falls.stream()
        .min(Comparator.comparingDouble(Lost::loss))
        .ifPresent(least ->
            run.metric("rank_penalty_least_fall", step(), least.loss, least.error, "nats"));
  }

  /** What is lost less what the paper has, at the rank where that is least. */
  private void recordLeast(String name, List<Lost> lost, RunRecorder run) {
    lost.stream()
        .min(Comparator.comparingDouble(Lost::fromPublished))
        .ifPresent(least -> run.metric(name, step(), least.fromPublished(), least.error, "nats"));
  }

  /**
   * B8: what is lost where the head's own W-error comes to the threshold, over what the paper's
   * head of the least rank loses; and what is lost beyond the threshold.
   */
  void recordThreshold(RunRecorder run) {
    List<Lost> lost = lost(UnaryOperator.identity());
    if (lost.isEmpty()) {
      return;
    }
    GapCurve curve = curve(lost, "head_error_of_rank");
    run.metric("largest_w_error", step(), curve.largest().wError(), "1");
    double most = lost.getFirst().published;
    recordShare("lost_at_threshold", curve, most, run);
    recordShare(
        "lost_at_threshold_random_head", curve(lost, "random_head_error_of_rank"), most, run);
    List<Lost> beyond =
        lost.stream().filter(at -> wError("head_error_of_rank", at) > GapCurve.THRESHOLD).toList();
    recordLeast("beyond_threshold_least_from_published", beyond, run);
  }

  /** Upper ends of what is lost, over a W-error. */
  private GapCurve curve(List<Lost> lost, String wError) {
    List<GapCurve.Point> points = new ArrayList<>(List.of(new GapCurve.Point(0, 0)));
    lost.forEach(at -> points.add(new GapCurve.Point(wError(wError, at), at.loss + at.error)));
    return new GapCurve(points);
  }

  private double wError(String name, Lost at) {
    return measured.value(CurveName.name(name, at.rank));
  }

  /** A trained head loses between nothing and what is read off the curve. */
  private void recordShare(String name, GapCurve curve, double of, RunRecorder run) {
    double half = curve.at(GapCurve.THRESHOLD) / of / 2;
    run.metric(name, step(), half, half, "1");
  }

  private long step() {
    return measured.checkpoint().step();
  }
}
