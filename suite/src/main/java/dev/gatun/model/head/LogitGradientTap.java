package dev.gatun.model.head;

import dev.gatun.tensor.Tensor;

/** Sees the logit gradient, chunk by chunk, before each chunk is overwritten. */
@FunctionalInterface
public interface LogitGradientTap {
  /** Looks at nothing. */
  LogitGradientTap NONE = (_, _) -> {};

  /**
   * Rows {@code firstRow} onwards of G = scale·(P − Y): a chunk [rows, V], valid during the call
   * only, not to be changed.
   */
  void accept(long firstRow, Tensor gradientChunk);
}
