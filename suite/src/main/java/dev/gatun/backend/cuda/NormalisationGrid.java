package dev.gatun.backend.cuda;

import dev.gatun.backend.cuda.Grid.RowParts;

/**
 * Which threads of the kernels in {@code layer_norm.cu} and {@code rms_norm.cu} take a row: a warp
 * up to 1,024 columns, else a block.
 */
final class NormalisationGrid {
  private static final int THREADS = 256;
  private static final int ROWS_OF_WARPS = 8;
  private static final int WIDEST_OF_WARP = 1024;
  private static final int WIDTH_OF_BLOCK = 8192;

  private NormalisationGrid() {}

  static boolean isRowOfWarp(int cols) {
    return cols <= WIDEST_OF_WARP;
  }

  static Grid forward(long rows, int cols) {
    return Grid.of(isRowOfWarp(cols) ? Math.ceilDiv(rows, ROWS_OF_WARPS) : rows, THREADS);
  }

  /** Parts of the rows in x; in y the columns that a block can hold sums of. */
  static Grid backward(RowParts parts, int cols) {
    int y = isRowOfWarp(cols) ? 1 : Math.ceilDiv(cols, WIDTH_OF_BLOCK);
    return new Grid(parts.count(), y, THREADS, 0);
  }

  /** A row for every warp of a block at least. */
  static RowParts parts(long rows) {
    return RowParts.of(rows, ROWS_OF_WARPS);
  }
}
