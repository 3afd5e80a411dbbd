package dev.gatun.claims.spamlang;

import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.ClaimPart;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.SweepEvidence;
import dev.gatun.experiment.SweepRuns;
import dev.gatun.experiment.Tier;
import dev.gatun.results.CurveName;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.RunRecorder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A6's runs beside what the number of sequences per symbol alone predicts of each: the {@link
 * VisitLaw} of the run on the smallest vocabulary with the fewest sequences of one symbol, at the
 * same learning rate and of the same seed. Beside it stand two laws that know less of that run.
 *
 * @param runs of A6
 */
record CoverageLaw(SweepRuns<SpamLangSetting> runs) implements ClaimPart {
  private static final String FITTED = "v512-seq4.88-rate";
  private static final String ONE = "1";

  /** At which rate and seed a law was fitted. */
  private record Fit(double rate, long seed) {}

  @Override
  public List<PlannedRun<?>> trainings(Tier tier, Seeds seeds) {
    return runs.trainings(tier, seeds);
  }

  @Override
  public void run(ClaimContext context, String claim, EvidenceBuilder evidence) {
    List<SpamLangSetting> settings = runs.selection().of(context.tier(), context.seeds());
    List<Evidence> measured = runs.sweep().run(context, claim, settings);
    Map<Fit, VisitLaw.Counts> counts = new LinkedHashMap<>();
    Map<String, SpamLangSetting> bySite = new LinkedHashMap<>();
    for (int i = 0; i < settings.size(); i++) {
      SpamLangSetting setting = settings.get(i);
      bySite.put(setting.id(), setting);
      if (setting.arm().startsWith(FITTED)) {
        counts.put(fit(setting), VisitLaw.Counts.of(measured.get(i).metrics()));
      }
    }
    SweepEvidence.hand(
        claim,
        measured,
        false,
        evidence,
        (of, run, own) -> {
          SpamLangSetting setting = bySite.get(run.arm() + "-seed" + run.seed());
          Optional.ofNullable(counts.get(fit(setting)))
              .ifPresent(
                  fitted -> record(setting, fitted, SweepEvidence.value(of, "accuracy"), own));
        });
  }

  private static Fit fit(SpamLangSetting setting) {
    return new Fit(setting.training().learningRate(), setting.seed());
  }

  /**
   * What is left over of the accuracy: beside the law; beside a step, at which every symbol that
   * was seen as often is learned; and beside the same accuracies with the numbers of visits
   * shuffled, which is the accuracy of the run that was fitted, whatever the number of sequences
   * is.
   */
  private static void record(
      SpamLangSetting setting, VisitLaw.Counts fitted, double accuracy, RunRecorder own) {
    long end = setting.steps();
    double sequences = setting.sequencesPerSymbol();
    VisitLaw law = VisitLaw.fit(fitted);
    double predicted = law.predicted(sequences);
    if (setting.arm().startsWith(FITTED)) {
      for (int k = 0; k < fitted.symbols().length; k++) {
        own.metric(CurveName.name("law_of_visits", k), end, law.accuracy(k), ONE);
      }
    }
    int step = fitted.step();
    double byStep = VisitLaw.poissonMean(sequences, k -> k >= step ? 1 : 0);
    own.metric("visits_for_half", end, law.half(), ONE);
    own.metric("law_steepness", end, law.steepness(), ONE);
    own.metric("predicted_accuracy", end, predicted, ONE);
    own.metric("left_over", end, accuracy - predicted, ONE);
    own.metric("missed_by", end, Math.abs(accuracy - predicted), ONE);
    own.metric("missed_by_step", end, Math.abs(accuracy - byStep), ONE);
    own.metric("missed_by_shuffled", end, Math.abs(accuracy - fitted.accuracy()), ONE);
  }
}
