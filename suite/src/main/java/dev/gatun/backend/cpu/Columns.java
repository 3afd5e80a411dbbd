package dev.gatun.backend.cpu;

import dev.gatun.backend.Parts;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * Copies neighbouring columns from matrix to matrix; see {@link
 * dev.gatun.backend.Backend#copyColumns}.
 */
final class Columns implements Parts.Columns {
  private static final int CHUNK = 32_768;

  private final WorkerPool pool;

  Columns(WorkerPool pool) {
    this.pool = pool;
  }

  /** from [N, C], to [N, E]. */
  @Override
  public void copyColumns(Tensor from, long fromColumn, Tensor to, long toColumn, long count) {
    long fromRow = 4 * from.cols();
    long toRow = 4 * to.cols();
    RowChunks.of(from.rows(), count, CHUNK)
        .forEach(
            pool,
            row ->
                MemorySegment.copy(
                    from.memory(),
                    row * fromRow + 4 * fromColumn,
                    to.memory(),
                    row * toRow + 4 * toColumn,
                    4 * count));
  }
}
