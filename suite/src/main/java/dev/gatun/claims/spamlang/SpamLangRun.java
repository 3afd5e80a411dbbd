package dev.gatun.claims.spamlang;

import dev.gatun.data.BatchSource;
import dev.gatun.data.Randomness;
import dev.gatun.data.SpamLang;
import dev.gatun.experiment.ClaimPart;
import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.RunBody;
import dev.gatun.experiment.RunEnvironment;
import dev.gatun.experiment.Sweep;
import dev.gatun.experiment.SweepRuns;
import dev.gatun.experiment.SweepRuns.Selection;
import dev.gatun.experiment.TrainedModel;
import dev.gatun.model.head.HeadScores;
import dev.gatun.results.CurveName;
import dev.gatun.results.RunRecorder;
import dev.gatun.train.DivergedException;

/**
 * Trains on SpamLang and asks the model for every sequence of the language, of which there are V:
 * loss and accuracy are exact, with no sampling error.
 */
public final class SpamLangRun implements RunBody<SpamLangSetting> {
  private static final String ONE = "1";

  private final Examples examples;

  /** Where a run's training batches come from. */
  @FunctionalInterface
  interface Examples {
    /** Symbols drawn uniformly from all of them, each sequence independent of all others. */
    Examples UNIFORM =
        (setting, randomness) ->
            new SpamLang(
                setting.model().vocabulary(), setting.batch(), setting.length(), randomness);

    BatchSource of(SpamLangSetting setting, Randomness randomness);
  }

  /** The runs behind A6, with a head. */
  public static SweepRuns<SpamLangSetting> runs(HeadChoice head) {
    return runs(
        Examples.UNIFORM, (tier, seeds) -> SpamLangPlan.of(tier, seeds).withHead(head).settings());
  }

  /** What the number of sequences per symbol predicts of the same runs. */
  public static ClaimPart coverageLaw(SweepRuns<SpamLangSetting> runs) {
    return new CoverageLaw(runs);
  }

  /** Another language, or another plan. */
  static SweepRuns<SpamLangSetting> runs(Examples examples, Selection<SpamLangSetting> plan) {
    return new SweepRuns<>(new Sweep<>("spamlang", new SpamLangRun(examples)), plan, false);
  }

  SpamLangRun(Examples examples) {
    this.examples = examples;
  }

  @Override
  public void run(SpamLangSetting setting, RunEnvironment environment, RunRecorder recorder) {
    Randomness randomness = Randomness.of(setting.seed());
    BatchSource batches = examples.of(setting, randomness.stream("batches"));
    try (TrainedModel trained = TrainedModel.initialise(setting, environment)) {
      recordSetting(setting, recorder);
      Runnable scores =
          () ->
              recordScores(
                  setting,
                  SymbolVisits.of(batches, setting),
                  new SymbolScores(trained.model(), setting),
                  recorder);
      environment.rehearse(scores);
      recorder.metric("diverged", setting.steps(), diverges(trained, batches) ? 1 : 0, ONE);
      environment.measure(scores);
    }
  }

  /** A rate that makes a run diverge is an outcome, not a failure: the model is left as it was. */
  private static boolean diverges(TrainedModel trained, BatchSource batches) {
    try {
      trained.train(batches, (_, _) -> {});
      return false;
    } catch (DivergedException _) {
      return true;
    }
  }

  /** What figures and tables are ordered by. */
  private static void recordSetting(SpamLangSetting setting, RunRecorder recorder) {
    long end = setting.steps();
    recorder.metric("vocabulary", end, setting.model().vocabulary(), ONE);
    recorder.metric("width", end, setting.model().width(), ONE);
    recorder.metric("sequence_length", end, setting.length(), ONE);
    recorder.metric("learning_rate", end, setting.training().learningRate(), ONE);
    recorder.metric("backward_rank", end, setting.backwardRank(), ONE);
    recorder.metric("positions", end, setting.tokens(), ONE);
  }

  private static void recordScores(
      SpamLangSetting setting, SymbolVisits visits, SymbolScores scores, RunRecorder recorder) {
    long end = setting.steps();
    double coverage = setting.sequencesPerSymbol();
    HeadScores unseen = scores.of(visits.symbolsSeen(0, 0));
    HeadScores seldom = scores.of(visits.symbolsSeen(1, Math.ceil(coverage) - 1));
    HeadScores often = scores.of(visits.symbolsSeen(Math.ceil(coverage), Double.POSITIVE_INFINITY));
    HeadScores all = unseen.plus(seldom).plus(often);
    recorder.metric("accuracy", end, all.accuracy(), 0, ONE);
    recorder.metric("chance_accuracy", end, 1.0 / visits.symbols(), ONE);
    recorder.metric("loss", end, all.meanLoss(), 0, "nats");
    recorder.metric("loss_over_chance", end, all.meanLoss() / Math.log(visits.symbols()), 0, ONE);
    recorder.metric("sequences_per_symbol", end, visits.meanVisits(), ONE);
    recorder.metric("seen_share", end, visits.seenShare(), ONE);
    recorder.metric("seen_share_excess", end, visits.seenShare() - seenByChance(setting), ONE);
    recordAccuracy("accuracy_of_unseen", unseen, end, recorder);
    recordAccuracy("accuracy_below_mean_visits", seldom, end, recorder);
    recordAccuracy("accuracy_from_mean_visits", often, end, recorder);
    for (int number : visits.numbers()) {
      int[] symbols = visits.symbolsSeen(number, number);
      String name = CurveName.name(VisitLaw.ACCURACY, number);
      recorder.metric(CurveName.name(VisitLaw.SYMBOLS, number), end, symbols.length, ONE);
      recorder.metric(name, end, scores.of(symbols).accuracy(), 0, ONE);
    }
  }

  /** Nothing where there is no such symbol. */
  private static void recordAccuracy(
      String name, HeadScores scores, long step, RunRecorder recorder) {
    if (scores.targets() > 0) {
      recorder.metric(name, step, scores.accuracy(), 0, ONE);
    }
  }

  /** Expected share of symbols that n uniform independent draws hit: 1 − (1 − 1/V)ⁿ. */
  private static double seenByChance(SpamLangSetting setting) {
    double draws = (double) setting.steps() * setting.batch();
    return -Math.expm1(draws * Math.log1p(-1.0 / setting.model().vocabulary()));
  }
}
