package dev.gatun.results;

/**
 * One experiment that was run for a claim.
 *
 * @param id unique within the evidence; names the claim, arm and seed, never a date
 * @param claim as {@code A1}, or {@link #MEASURED}
 * @param arm what sets this run apart from the claim's others, as {@code d256}, {@code pythia-70m}
 * @param tier {@code quick}, {@code desk}, {@code paper}, or {@link #MEASURED}
 * @param device {@code cpu}, {@code cuda}, or {@link #PUBLISHED}
 * @param configuration the whole configuration as one JSON object
 * @param wallSeconds how long it took; the only field that may differ between two equal runs
 */
public record Run(
    String id,
    String claim,
    String arm,
    String tier,
    String device,
    long seed,
    String configuration,
    double wallSeconds) {
  /** The device of a run that computes with published numbers alone. */
  public static final String PUBLISHED = "published";

  /** Claim and tier of a run of {@code gatun measure}, of which nothing is expected. */
  public static final String MEASURED = "measure";

  /** Whether this run measured a stored checkpoint, and is to be judged by nothing. */
  public boolean isMeasurement() {
    return claim.equals(MEASURED);
  }
}
