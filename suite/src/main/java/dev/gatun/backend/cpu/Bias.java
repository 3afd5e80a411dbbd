package dev.gatun.backend.cpu;

import dev.gatun.backend.Parts;
import dev.gatun.tensor.Tensor;

/** Adding a bias to rows, and its gradient; see {@link dev.gatun.backend.Backend#addBias}. */
final class Bias implements Parts.Bias {
  private static final int CHUNK = 32_768;

  private final WorkerPool pool;

  Bias(WorkerPool pool) {
    this.pool = pool;
  }

  /** bias [D], x [N, D]. */
  @Override
  public void addBias(Tensor bias, Tensor x) {
    int width = Math.toIntExact(x.cols());
    long from = Lanes.address(bias);
    long to = Lanes.address(x);
    RowChunks.of(x.rows(), width, CHUNK)
        .forEach(pool, row -> Lanes.addLoop(to + 4 * row * width, from, width));
  }

  /** dOut [N, D], dBias [D]. */
  @Override
  public void addBiasBackward(Tensor dOut, Tensor dBias) {
    int width = Math.toIntExact(dOut.cols());
    long from = Lanes.address(dOut);
    ColumnSums.accumulate(
        pool,
        dOut.rows(),
        width,
        new long[] {Lanes.address(dBias)},
        (first, last, partial) -> {
          for (long row = first; row < last; row++) {
            Lanes.addLoop(partial, from + 4 * row * width, width);
          }
        });
  }
}
