package dev.gatun.backend.cpu;

import dev.gatun.backend.OperandChecks;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/** Adding a bias to rows, and its gradient; see {@link dev.gatun.backend.Backend#addBias}. */
final class Bias {
  private static final int CHUNK = 32_768;

  private final OperandChecks checks = new OperandChecks(ElementType.F32, true);
  private final WorkerPool pool;

  Bias(WorkerPool pool) {
    this.pool = pool;
  }

  /** bias [D], x [N, D]. */
  void addBias(Tensor bias, Tensor x) {
    checks.bias("addBias", bias, x);
    int width = Math.toIntExact(x.cols());
    long from = Lanes.address(bias);
    long to = Lanes.address(x);
    RowChunks.of(x.rows(), width, CHUNK)
        .forEach(pool, row -> Lanes.addLoop(to + 4 * row * width, from, width));
  }

  /** dOut [N, D], dBias [D]. */
  void addBiasBackward(Tensor dOut, Tensor dBias) {
    checks.bias("addBiasBackward", dBias, dOut);
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
