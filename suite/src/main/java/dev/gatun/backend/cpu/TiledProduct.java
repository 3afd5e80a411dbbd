package dev.gatun.backend.cpu;

import dev.gatun.backend.Transpose;
import java.lang.foreign.MemorySegment;

/** alpha·op(A)·op(B) by tiles, each computed by one thread, block by block. */
record TiledProduct(Tiling tiling, double alpha, MatrixOperand left, MatrixOperand right) {
  /**
   * Rows of a tile from which a copy of op(B) without gaps pays, if op(B) does not fit the nearest
   * cache as it lies. Rows that lie far apart share a few sets of that cache: 2,048 x 2,048 in f64
   * ran at 0.59 of the library's rate, and runs at 0.99 with the copy. With 16 rows, or in the
   * cache, the copy takes longer than it saves (Zen 4).
   */
  private static final int LEAST_ROWS_WORTH_A_COPY = 64;

  private static final long NEAREST_CACHE_BYTES = 1 << 15;

  /**
   * sum ← alpha·op(A)·op(B) + beta·sum on one tile and its piece of the sum.
   *
   * @param sum dense [m, n]
   * @param scratch {@link Tiling#layoutElements} elements
   */
  void run(int tile, double beta, MemorySegment sum, MemorySegment scratch) {
    int start = tiling.piece(tile) * tiling.depth();
    int end = Math.min(start + tiling.depth(), tiling.k());
    int l = start;
    do {
      int depth = Math.min(tiling.blockDepth(), end - l);
      MatrixOperand panel = panel(l, tiling.col(tile), depth, scratch);
      multiply(tile, l, depth, panel, l == start ? beta : 1, sum);
      l += depth;
    } while (l < end);
  }

  /** op(B) [depth, cols] from element (l, col) on; laid out if that makes it faster to read. */
  private MatrixOperand panel(int l, int col, int depth, MemorySegment scratch) {
    MatrixOperand panel = right.from(l, col);
    return tiling.laysOut() && isFasterLaidOut(panel, depth, cols(col))
        ? panel.laidOut(depth, cols(col), scratch)
        : panel;
  }

  private boolean isFasterLaidOut(MatrixOperand panel, int depth, int cols) {
    if (panel.transpose() == Transpose.YES) {
      return true;
    }
    long stride = panel.leadingDimension() * panel.type().byteSize();
    return panel.leadingDimension() > cols
        && tiling.rows() >= LEAST_ROWS_WORTH_A_COPY
        && depth * stride > NEAREST_CACHE_BYTES;
  }

  private void multiply(
      int tile, int l, int depth, MatrixOperand panel, double beta, MemorySegment sum) {
    int bottom = Math.min(tiling.row(tile) + tiling.rows(), tiling.m());
    int col = tiling.col(tile);
    for (int i = tiling.row(tile); i < bottom; i += tiling.blockRows()) {
      int rows = Math.min(tiling.blockRows(), bottom - i);
      MemorySegment c = sum.asSlice(((long) i * tiling.n() + col) * left.type().byteSize());
      Blas.gemm(rows, cols(col), depth, alpha, left.from(i, l), panel, beta, c, tiling.n());
    }
  }

  private int cols(int col) {
    return Math.min(tiling.cols(), tiling.n() - col);
  }
}
