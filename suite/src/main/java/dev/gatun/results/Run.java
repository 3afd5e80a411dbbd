package dev.gatun.results;

import java.util.List;
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
 * @param tier {@code quick}, {@code desk}, {@code paper}, {@link #CHECKPOINT} or {@link #MEASURED}
 * @param device {@code cpu}, {@code cuda}, or {@link #PUBLISHED}
 * @param configuration the whole configuration as one JSON object
 * @param wallSeconds how long it took, NaN if that is not known; the only field that may differ
 *     between two equal runs
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
  /** The devices that compute. */
  public static final List<String> DEVICES = List.of("cpu", "cuda");

  /** The device of a run that computes with published numbers alone. */
  public static final String PUBLISHED = "published";

  /** How the arm of a control begins, which only a check that names it reads. */
  public static final String CONTROL = "control-";

  /** Claim and tier of a run of {@code gatun measure}, of which nothing is expected. */
  public static final String MEASURED = "measure";

  /** The tier of claims that are judged on published models in folders of the user's. */
  public static final String CHECKPOINT = "checkpoint";

  /** The tiers that claims are judged at, from the least work to the papers' own models. */
  public static final List<String> TIERS = List.of("quick", "desk", "paper", CHECKPOINT);

  /**
   * The form of the head that was trained, as {@code linear}; empty if none was.
   *
   * @throws UnreadableResultsException if the configuration is not JSON
   */
  Optional<String> head() {
    return text(configured().path("head").path("form"));
  }

  /**
   * The name of the corpus that it read; empty if it read none.
   *
   * @throws UnreadableResultsException if the configuration is not JSON
   */
  Optional<String> corpus() {
    return text(configured().path("corpus"));
  }

  private static Optional<String> text(JsonNode value) {
    return value.isString() ? Optional.of(value.stringValue()) : Optional.empty();
  }

  private JsonNode configured() {
    try {
      return JsonMapper.shared().readTree(configuration);
    } catch (JacksonException e) {
      throw new UnreadableResultsException(
          "the configuration of run " + id + " is not JSON; was the file edited?", e);
    }
  }

  /** Whether it is a control, which only a check that names its arm reads. */
  public boolean isControl() {
    return arm.startsWith(CONTROL);
  }

  Run took(double seconds) {
    return new Run(id, claim, arm, tier, device, seed, configuration, seconds);
  }

  /** Whether this run measured a stored checkpoint, and is to be judged by nothing. */
  public boolean isMeasurement() {
    return claim.equals(MEASURED);
  }
}
