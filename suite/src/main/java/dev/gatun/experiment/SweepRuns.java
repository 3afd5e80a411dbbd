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

  /** Settings by tier and seeds. */
  @FunctionalInterface
  public interface Selection<S> {
    List<S> of(Tier tier, Seeds seeds);
  }

  public SweepRuns<S> withSpectra() {
    return new SweepRuns<>(sweep, selection, true);
  }

  @Override
  public List<PlannedRun<?>> trainings(Tier tier, Seeds seeds) {
    return sweep.plan(selection.of(tier, seeds));
  }

  @Override
  public void run(ClaimContext context, String claim, EvidenceBuilder evidence) {
    List<Evidence> runs = sweep.run(context, claim, selection.of(context.tier(), context.seeds()));
    SweepEvidence.hand(claim, runs, spectra, evidence);
  }
}
