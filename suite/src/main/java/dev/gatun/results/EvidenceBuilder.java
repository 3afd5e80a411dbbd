package dev.gatun.results;

import java.util.ArrayList;
import java.util.List;

/**
 * Collects evidence run by run. Runs may be recorded by several threads at once; the evidence lists
 * them in the order in which they began, so begin them in a fixed order.
 */
public final class EvidenceBuilder {
  private final List<RunRecorder> recorders = new ArrayList<>();

  /**
   * Begins a run.
   *
   * @param configuration the whole configuration as one JSON object
   * @throws IllegalArgumentException if the evidence has a run of this id
   */
  public synchronized RunRecorder begin(
      String id,
      String claim,
      String arm,
      String tier,
      String device,
      long seed,
      String configuration) {
    if (recorders.stream().anyMatch(r -> r.id().equals(id))) {
      throw new IllegalArgumentException("the evidence already has a run " + id);
    }
    var recorder =
        new RunRecorder(new Run(id, claim, arm, tier, device, seed, configuration, Double.NaN));
    recorders.add(recorder);
    return recorder;
  }

  /**
   * Begins a run of a claim that follows from another run, with its tier, device and seed.
   *
   * @param configuration the whole configuration as one JSON object
   * @throws IllegalArgumentException if the evidence has a run of this claim, arm and seed
   */
  public RunRecorder beginFrom(Run of, String claim, String arm, String configuration) {
    String id = "%s/%s/seed%s".formatted(claim, arm, of.seed());
    return begin(id, claim, arm, of.tier(), of.device(), of.seed(), configuration);
  }

  /** What was recorded so far. */
  public synchronized Evidence build(Provenance provenance) {
    return new Evidence(
        provenance,
        recorders.stream().map(RunRecorder::run).toList(),
        recorders.stream().flatMap(r -> r.metrics().stream()).toList(),
        recorders.stream().flatMap(r -> r.spectra().stream()).toList());
  }
}
