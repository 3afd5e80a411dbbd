package dev.gatun.backend.cuda;

/**
 * Rows in parts that a block each adds up, for a second pass to add up the parts. A function of the
 * number of rows alone, so that sums are in the same order on every device.
 *
 * @param count parts
 * @param rows rows of every part but the last, which may have fewer
 */
record RowParts(int count, long rows) {
  private static final int MOST = 256;

  /** Parts of at least so many rows, unless there are fewer. */
  static RowParts of(long rows, int least) {
    if (rows == 0) {
      return new RowParts(0, 0);
    }
    long each = Math.max(least, Math.ceilDiv(rows, MOST));
    return new RowParts((int) Math.ceilDiv(rows, each), each);
  }
}
