package dev.gatun.backend.cpu;

import java.lang.foreign.Arena;

/**
 * Sums over many rows into one: each task of {@link RowChunks} adds its rows into partial sums of
 * its own, and the partial sums are then added up in the order of the tasks.
 */
final class ColumnSums {
  private static final int MOST_PARTIALS = 64;
  private static final int LEAST_ROWS = 16;
  private static final int COLUMNS_PER_TASK = 256;

  private ColumnSums() {}

  /** Adds rows into partial sums. */
  interface Body {
    /**
     * Adds rows {@code from} to below {@code to}.
     *
     * @param partials address of the first of the partial sums, which start at zero; the next is
     *     {@link #padded} elements further
     */
    void addRows(long from, long to, long partials);
  }

  /** Elements from one partial sum to the next: whole cache lines. */
  static int padded(int width) {
    return Math.ceilDiv(width, 16) * 16;
  }

  /**
   * Accumulates the sums over all rows.
   *
   * @param width F32 elements of each sum
   * @param totals address of each sum
   */
  static void accumulate(WorkerPool pool, long rows, int width, long[] totals, Body body) {
    if (rows == 0 || width == 0) {
      return;
    }
    RowChunks chunks = RowChunks.atMost(MOST_PARTIALS, rows, LEAST_ROWS);
    long stride = 4L * padded(width);
    long bytesPerTask = stride * totals.length;
    try (Arena arena = Arena.ofConfined()) {
      long base = arena.allocate(bytesPerTask * chunks.tasks(), HostMemory.ALIGNMENT).address();
      pool.forEach(
          chunks.tasks(),
          task -> body.addRows(chunks.from(task), chunks.to(task), base + bytesPerTask * task));
      int columnTasks = WorkerPool.chunks(width, COLUMNS_PER_TASK);
      pool.forEach(
          columnTasks * totals.length,
          task -> {
            int sum = task / columnTasks;
            int first = task % columnTasks * COLUMNS_PER_TASK;
            int n = Math.min(COLUMNS_PER_TASK, width - first);
            for (int partial = 0; partial < chunks.tasks(); partial++) {
              long from = base + bytesPerTask * partial + stride * sum;
              Lanes.addLoop(totals[sum] + 4L * first, from + 4L * first, n);
            }
          });
    }
  }
}
