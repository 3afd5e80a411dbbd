package dev.gatun.results;

/**
 * One measured number.
 *
 * @param run id of the run
 * @param name as {@code destroyed_norm}
 * @param step training step after which it was measured; 0 is untrained
 * @param uncertainty half-width of the measurement's own error, NaN if none is known
 * @param unit as {@code nats}; {@code 1} for a pure number
 */
public record Metric(
    String run,
    String claim,
    String name,
    long step,
    double value,
    double uncertainty,
    String unit) {}
