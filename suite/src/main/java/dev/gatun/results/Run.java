package dev.gatun.results;

import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

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

  /**
   * The form of the head that was trained, as {@code linear}; empty if none was.
   *
   * @throws UnreadableResultsException if the configuration is not JSON
   */
  Optional<String> head() {
    try {
      JsonNode form = JsonMapper.shared().readTree(configuration).path("head").path("form");
      return form.isString() ? Optional.of(form.stringValue()) : Optional.empty();
    } catch (JacksonException e) {
      throw new UnreadableResultsException(
          "the configuration of run " + id + " is not JSON; was the file edited?", e);
    }
  }
}
