package dev.gatun.bench;

import java.util.Optional;

/**
 * What became of a piece of work.
 *
 * @param measurement empty if Gatun failed
 * @param failure one line that says what failed, Gatun or the peer
 */
public record Outcome(Work work, Optional<Measurement> measurement, Optional<String> failure) {}
