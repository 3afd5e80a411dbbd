package dev.gatun.backend.cpu;

import dev.gatun.backend.Parts;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Rows of a table by ids, and its gradient; see {@link dev.gatun.backend.Backend#embedding}. */
final class Embedding implements Parts.Embedding {
  private static final int CHUNK = 16_384;

  /** A cache line of F32 elements: no two tasks write to one. */
  private static final int LEAST_COLUMNS = 16;

  private static final int MOST_TASKS = 16;

  private final WorkerPool pool;

  Embedding(WorkerPool pool) {
    this.pool = pool;
  }

  /** table [V, D], ids [N], out [N, D]. */
  @Override
  public void embedding(Tensor table, Tensor ids, Tensor out) {
    long rowBytes = 4 * table.cols();
    MemorySegment from = table.memory();
    MemorySegment to = out.memory();
    RowChunks.of(out.rows(), table.cols(), CHUNK)
        .forEach(
            pool,
            row -> {
              long id = ids.memory().getAtIndex(ValueLayout.JAVA_INT, row);
              MemorySegment.copy(from, id * rowBytes, to, row * rowBytes, rowBytes);
            });
  }

  /**
   * dOut [N, D], ids [N], dTable [V, D]. A task owns a range of columns and walks all ids, so every
   * row of the table gets its terms in the order of n.
   */
  @Override
  public void embeddingBackward(Tensor dOut, Tensor ids, Tensor dTable) {
    int width = Math.toIntExact(dTable.cols());
    int columns = Math.ceilDiv(Math.ceilDiv(width, MOST_TASKS), LEAST_COLUMNS) * LEAST_COLUMNS;
    long from = Lanes.address(dOut);
    long to = Lanes.address(dTable);
    MemorySegment idMemory = ids.memory();
    int count = Math.toIntExact(ids.size());
    pool.forEach(
        WorkerPool.chunks(width, Math.max(1, columns)),
        task -> {
          int first = task * columns;
          int n = Math.min(columns, width - first);
          for (int row = 0; row < count; row++) {
            long id = idMemory.getAtIndex(ValueLayout.JAVA_INT, row);
            Lanes.addLoop(
                to + 4 * (id * width + first), from + 4 * ((long) row * width + first), n);
          }
        });
  }
}
