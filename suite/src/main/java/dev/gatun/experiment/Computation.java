package dev.gatun.experiment;

import java.util.List;

/**
 * What a claim computes beside trainings, before it starts.
 *
 * @param lines that say what it is, and what it takes on this device
 * @param seconds that it takes, by an estimate that is rather too long than too short
 */
public record Computation(List<String> lines, double seconds) {
  /** Keeps a copy of the list. */
  public Computation {
    lines = List.copyOf(lines);
  }
}
