package dev.gatun.backend.cuda;

import dev.gatun.tensor.Tensor;

/** The second pass of sums over rows: {@code column_sums.cu}. */
final class ColumnSums {
  private static final Kernel ADD_PARTS = new Kernel("column_sums", "add_parts_f32");

  // As in column_sums.cu.
  private static final int THREADS = 512;
  private static final int COLUMNS = 32;

  private ColumnSums() {}

  /**
   * Accumulates a sum over parts, or two.
   *
   * @param parts [count, cols], or [count, 2, cols]
   * @param total [cols]
   * @param second [cols], or null
   */
  static void accumulate(Launcher launcher, Tensor parts, int count, Tensor total, Tensor second) {
    int cols = Math.toIntExact(total.size());
    long width = second == null ? cols : 2L * cols;
    Grid grid = Grid.of(Math.ceilDiv(width, COLUMNS), THREADS);
    launcher.launch(ADD_PARTS, grid, parts, total, second, count, cols);
  }
}
