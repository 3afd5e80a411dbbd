package dev.gatun.train;

import dev.gatun.data.BatchSource;

/**
 * Held-out batches.
 *
 * @param source of the batches
 * @param batches how many there are, from 0 on
 */
public record EvaluationSet(BatchSource source, int batches) {
  /** Checks that there is one. */
  public EvaluationSet {
    if (batches < 1) {
      throw new IllegalArgumentException("an evaluation needs at least one batch");
    }
  }
}
