package dev.gatun.spectrum;

import dev.gatun.tensor.BlockVisitor;

/** A matrix seen in chunks of rows, as often as asked, without being held in memory. */
public interface RowChunks {
  /** Rows of the whole matrix. */
  long rows();

  long cols();

  /** Shows all rows in order, in chunks that are overwritten afterwards. */
  void forEach(BlockVisitor visitor);
}
