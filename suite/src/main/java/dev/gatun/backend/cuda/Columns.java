package dev.gatun.backend.cuda;

import dev.gatun.backend.Parts;
import dev.gatun.tensor.Tensor;

/** Copies neighbouring columns from matrix to matrix: {@code columns.cu}. */
final class Columns implements Parts.Columns {
  private static final Kernel KERNEL = new Kernel("columns", "copy_columns_f32");

  /** As in columns.cu. */
  private static final int ROWS_OF_BLOCK = 32;

  private final Launcher launcher;

  Columns(Launcher launcher) {
    this.launcher = launcher;
  }

  /** from [N, C], to [N, E]. */
  @Override
  public void copyColumns(Tensor from, long fromColumn, Tensor to, long toColumn, long count) {
    if (count == 0 || from.rows() == 0) {
      return;
    }
    launcher.launch(
        KERNEL,
        Grid.ofRowStrips(from.rows(), Math.toIntExact(count), ROWS_OF_BLOCK),
        from,
        to,
        from.rows(),
        Math.toIntExact(from.cols()),
        Math.toIntExact(fromColumn),
        Math.toIntExact(to.cols()),
        Math.toIntExact(toColumn),
        Math.toIntExact(count));
  }
}
