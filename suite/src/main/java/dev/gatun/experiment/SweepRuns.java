package dev.gatun.experiment;

import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import java.util.List;

/**
 * Runs of a sweep as part of a claim, which takes over all their metrics.
 *
 * @param selection the settings of the runs
 * @param spectra whether it takes over their spectra too
 * @param <S> the experiment's settings
 */
public record SweepRuns<S extends RunSetting>(
    Sweep<S> sweep, Selection<S> selection, boolean spectra) implements ClaimPart {

  /** Settings by tier and first seed. */
  @FunctionalInterface
  public interface Selection<S> {
    /** Those of a tier. */
    List<S> of(Tier tier, long firstSeed);
  }

  /** The same with their spectra. */
  public SweepRuns<S> withSpectra() {
    return new SweepRuns<>(sweep, selection, true);
  }

  @Override
  public List<PlannedRun<?>> trainings(Tier tier, long seed) {
    return sweep.plan(selection.of(tier, seed));
  }

  @Override
  public void run(ClaimContext context, String claim, EvidenceBuilder evidence) {
    List<Evidence> runs = sweep.run(context, claim, selection.of(context.tier(), context.seed()));
    SweepEvidence.hand(claim, runs, spectra, evidence);
  }
}
