package dev.gatun.spectrum;

/**
 * A sparse matrix seen row by row, as often as asked and always in the same order. Rows with one
 * entry, of which there may be very many, are known by their sums alone.
 */
public interface SparseMatrix {
  /** Rows of the whole matrix. */
  long rows();

  int cols();

  /** Rows with two entries or more. */
  long mixedRows();

  /** For each column, the sum of the squares of all entries that are alone in their row. */
  double[] loneEnergy();

  /** Shows all rows with two entries or more. */
  void forEachMixedRow(Visitor visitor);

  /** Sees a row; the arrays are overwritten afterwards. */
  @FunctionalInterface
  interface Visitor {
    /** The first {@code entries} elements, columns ascending. */
    void accept(int[] columns, double[] values, int entries);
  }
}
