package dev.gatun.backend.cuda;

/**
 * The grid of kernels that go through a matrix: columns in x, rows in y, both in strides, so that
 * no matrix is too large.
 */
final class MatrixGrid {
  private static final int THREADS = 256;
  private static final long MOST_IN_X = 1 << 20;
  private static final long MOST_IN_Y = 65_535;

  private MatrixGrid() {}

  /** A thread for each element of a [rows, cols], or for each so many of a row. */
  static Grid of(long rows, long cols, int elementsPerThread) {
    long blocks = Math.ceilDiv(cols, (long) THREADS * elementsPerThread);
    return new Grid((int) Math.min(blocks, MOST_IN_X), (int) Math.min(rows, MOST_IN_Y), THREADS, 0);
  }
}
