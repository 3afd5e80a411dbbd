package dev.gatun.spectrum;

import dev.gatun.tensor.Tensor;

/** A matrix seen in chunks of rows, as often as asked, without being held in memory. */
public interface RowChunks {
  /** Rows of the whole matrix. */
  long rows();

  long cols();

  /** Shows all rows in order. */
  void forEach(Visitor visitor);

  /** Sees a chunk; the chunk is overwritten afterwards. */
  @FunctionalInterface
  interface Visitor {
    /** Rows {@code firstRow} to {@code firstRow + chunk.rows()}. */
    void accept(long firstRow, Tensor chunk);
  }
}
