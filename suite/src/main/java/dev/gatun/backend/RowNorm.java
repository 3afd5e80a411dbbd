package dev.gatun.backend;

import dev.gatun.tensor.Tensor;

/** A norm of rows [N, D]: its parameters [D], and where the statistics of the rows [N] are kept. */
public sealed interface RowNorm {
  /** As {@link Backend#layerNorm}. */
  record Layer(Tensor weight, Tensor bias, double epsilon, Tensor mean, Tensor rstd)
      implements RowNorm {}

  /** As {@link Backend#rmsNorm}. */
  record RootMeanSquare(Tensor weight, double epsilon, Tensor rstd) implements RowNorm {}
}
