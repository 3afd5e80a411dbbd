package dev.gatun.claims.ngram;

import dev.gatun.claims.ngram.NgramSetting.Rows;
import dev.gatun.spectrum.SparseMatrix;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The matrix of empirical next-token distributions W [C, V]: one row for each distinct context of n
 * − 1 tokens that something follows, its entries the shares of the tokens that follow it (arXiv
 * 2404.07647, section 5). Rows count once, however often their context occurs. They stand in the
 * order of their contexts' tokens. Those of two entries or more are kept in a temporary file.
 *
 * @param of order and least occurrences
 * @param rows C
 * @param entries that are not zero
 * @param loneEnergy per token: the sum of squares of entries that are alone in their row
 * @param usedTokens columns that are not zero
 * @param rowSumDefect largest |Σ − 1| of a row
 */
record NgramMatrix(
    Rows of,
    long rows,
    int cols,
    long mixedRows,
    long entries,
    double[] loneEnergy,
    int usedTokens,
    double rowSumDefect,
    TemporaryFiles files,
    Path mixed)
    implements SparseMatrix {

  /** Keeps a copy of the energies. */
  NgramMatrix {
    loneEnergy = loneEnergy.clone();
  }

  @Override
  public double[] loneEnergy() {
    return loneEnergy.clone();
  }

  /** Tokens that are the only continuation of some context, and so are in W's row space. */
  int tokensAlone() {
    return (int) Arrays.stream(loneEnergy).filter(energy -> energy > 0).count();
  }

  @Override
  public void forEachMixedRow(Visitor visitor) {
    int[] columns = new int[cols];
    double[] values = new double[cols];
    try (var reader = files.read(mixed)) {
      while (reader.hasNext()) {
        int count = reader.getInt();
        for (int i = 0; i < count; i++) {
          columns[i] = reader.getInt();
          values[i] = reader.getDouble();
        }
        visitor.accept(columns, values, count);
      }
    }
  }

  /** Deletes the rows. */
  void delete() {
    files.delete(mixed);
  }

  /** Two matrices are equal only if they are the same one: the rows are in a file. */
  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
