package dev.gatun.backend.cuda;

/** The grid of kernels whose warps take strips of 128 columns of several rows. */
final class RowStrips {
  private static final int THREADS = 256;
  private static final int COLUMNS = 128;
  private static final int MOST_IN_Y = 65_535;

  private RowStrips() {}

  /**
   * A strip in x, rows in y.
   *
   * @param rowsOfBlock rows of a block at a time; where the grid ends first, kernels go round again
   */
  static Grid over(long rows, int cols, int rowsOfBlock) {
    long blocks = Math.min(MOST_IN_Y, Math.ceilDiv(rows, rowsOfBlock));
    return new Grid(Math.ceilDiv(cols, COLUMNS), (int) blocks, THREADS, 0);
  }

  /** A strip in x, parts of the rows in y. */
  static Grid over(RowParts parts, int cols) {
    return new Grid(Math.ceilDiv(cols, COLUMNS), parts.count(), THREADS, 0);
  }
}
