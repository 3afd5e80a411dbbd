package dev.gatun.results;

/**
 * One measured number.
 *
 * @param run id of the run
 * @param name as {@code destroyed_norm}, or of a curve's point as {@link CurveName} writes it
 * @param step training step after which it was measured; 0 is untrained, {@link #NO_STEP} not known
 * @param uncertainty half-width of the measurement's own error, NaN if none is known
 * @param unit one of {@link Unit#ALL}
 */
public record Metric(
    String run,
    String claim,
    String name,
    long step,
    double value,
    double uncertainty,
    String unit) {

  /** The step of a model of which no step is known. */
  public static final long NO_STEP = -1;

  /**
   * Checks the unit and the name.
   *
   * @throws IllegalArgumentException if one of them is not as it must be
   */
  public Metric {
    Unit.require(unit);
    CurveName.at(name);
  }

  /** The curve that it is a point of; its own name if it is none's. */
  public String curve() {
    return CurveName.curve(name);
  }

  /** Where on its curve it stands; NaN if it is no point of a curve. */
  public double at() {
    return CurveName.at(name);
  }
}
