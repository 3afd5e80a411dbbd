package dev.gatun.model.head;

import dev.gatun.tensor.Tensor;

/** Sees the logit gradient by blocks of columns. */
@FunctionalInterface
public interface GradientColumns {
  /**
   * Columns {@code firstClass} onwards of G = scale·(P − Y) for all rows: a block [N, classes],
   * valid during the call only; the consumer may overwrite it.
   */
  void accept(long firstClass, Tensor gradientBlock);
}
