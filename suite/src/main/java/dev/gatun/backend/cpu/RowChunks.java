package dev.gatun.backend.cpu;

import java.util.function.LongConsumer;

/**
 * Rows cut into tasks of equal size. The cut depends on the shape alone, never on the number of
 * threads.
 *
 * @param rows number of rows
 * @param rowsPerTask rows of every task but the last
 */
record RowChunks(long rows, int rowsPerTask) {

  /** Tasks of about as many elements as wanted, at least a row each. */
  static RowChunks of(long rows, long cols, int elements) {
    return new RowChunks(rows, (int) Math.max(1, elements / Math.max(1, cols)));
  }

  /**
   * At most so many tasks, of at least so many rows each: for sums over rows, with a partial per
   * task.
   */
  static RowChunks atMost(int tasks, long rows, int leastRows) {
    return new RowChunks(rows, (int) Math.max(leastRows, Math.ceilDiv(rows, tasks)));
  }

  int tasks() {
    return WorkerPool.chunks(rows, rowsPerTask);
  }

  long from(int task) {
    return (long) task * rowsPerTask;
  }

  long to(int task) {
    return Math.min(rows, from(task) + rowsPerTask);
  }

  /** Runs the body for every row, the tasks in parallel. */
  void forEach(WorkerPool pool, LongConsumer body) {
    pool.forEach(
        tasks(),
        task -> {
          for (long row = from(task); row < to(task); row++) {
            body.accept(row);
          }
        });
  }
}
