package dev.gatun.backend.cuda;

/**
 * How a kernel is launched.
 *
 * @param x blocks in x
 * @param y blocks in y
 * @param threads threads of a block
 * @param sharedBytes dynamic shared memory of a block
 */
record Grid(int x, int y, int threads, int sharedBytes) {
  private static final int MOST_IN_Y = 65_535;

  private static final int MOST_THREADS = 1024;

  // As in the kernels that go through a matrix.
  private static final int THREADS = 256;
  private static final long MOST_IN_X = 1 << 20;

  /** As in the kernels whose warps take strips of several rows. */
  private static final int COLUMNS_OF_STRIP = 128;

  /**
   * Rows in parts that a block each adds up, for a second pass to add up the parts. A function of
   * the number of rows alone, so that sums are in the same order on every device.
   *
   * @param count parts
   * @param rows rows of every part but the last, which may have fewer
   */
  record RowParts(int count, long rows) {
    private static final int MOST = 256;

    /** Parts of {@code least} rows or more, unless there are fewer rows. */
    static RowParts of(long rows, int least) {
      if (rows == 0) {
        return new RowParts(0, 0);
      }
      long each = Math.max(least, Math.ceilDiv(rows, MOST));
      return new RowParts((int) Math.ceilDiv(rows, each), each);
    }
  }

  Grid {
    if (x < 0 || y < 0 || y > MOST_IN_Y || threads < 1 || threads > MOST_THREADS) {
      throw new IllegalArgumentException(
          "no device takes a grid of %s x %s blocks of %s threads".formatted(x, y, threads));
    }
  }

  /**
   * Blocks in x alone. None is allowed: nothing is launched then.
   *
   * @throws IllegalArgumentException if there are more than a device takes
   */
  static Grid of(long blocks, int threads) {
    if (blocks > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("no device takes a grid of " + blocks + " blocks");
    }
    return new Grid((int) blocks, 1, threads, 0);
  }

  /**
   * For kernels that go through a [rows, cols] matrix: columns in x, rows in y, both in strides, so
   * that no matrix is too large.
   */
  static Grid ofMatrix(long rows, long cols, int elementsPerThread) {
    long blocks = Math.ceilDiv(cols, (long) THREADS * elementsPerThread);
    return new Grid((int) Math.min(blocks, MOST_IN_X), (int) Math.min(rows, MOST_IN_Y), THREADS, 0);
  }

  /**
   * For kernels whose warps take strips of columns of several rows: a strip in x, rows in y.
   *
   * @param rowsOfBlock rows of a block at a time; where the grid ends first, kernels go round again
   */
  static Grid ofRowStrips(long rows, int cols, int rowsOfBlock) {
    long blocks = Math.min(MOST_IN_Y, Math.ceilDiv(rows, rowsOfBlock));
    return new Grid(Math.ceilDiv(cols, COLUMNS_OF_STRIP), (int) blocks, THREADS, 0);
  }

  /** The same with a part of the rows for each block in y. */
  static Grid ofRowStrips(RowParts parts, int cols) {
    return new Grid(Math.ceilDiv(cols, COLUMNS_OF_STRIP), parts.count(), THREADS, 0);
  }

  /** The same grid with dynamic shared memory. */
  Grid withShared(int bytes) {
    return new Grid(x, y, threads, bytes);
  }

  /** Whether there is nothing to launch. */
  boolean isEmpty() {
    return x == 0 || y == 0;
  }
}
