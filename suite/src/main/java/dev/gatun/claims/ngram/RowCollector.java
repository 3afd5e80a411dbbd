package dev.gatun.claims.ngram;

import dev.gatun.claims.ngram.NgramSetting.Rows;

/** Builds a matrix from n-grams in the order of their tokens. */
final class RowCollector implements AutoCloseable {
  private final Rows of;
  private final NgramKey key;
  private final NgramMeasures measures;
  private final TemporaryFiles files;
  private final TemporaryFiles.Writer mixed;
  private final int[] context;
  private final int[] followers;
  private final long[] counts;
  private final double[] loneEnergy;
  private final boolean[] used;
  private int size;
  private long rows;
  private long mixedRows;
  private long entries;
  private double rowSumDefect;

  /**
   * Collects the rows of one matrix.
   *
   * @param of the length of the n-grams, and the least number of times that a context occurs
   * @param key of n-grams at least as long
   */
  RowCollector(Rows of, NgramKey key, NgramMeasures measures, TemporaryFiles files) {
    this.of = of;
    this.key = key;
    this.measures = measures;
    this.files = files;
    this.mixed = files.write("rows");
    this.context = new int[measures.contextLength(of.order())];
    this.followers = new int[key.vocabulary()];
    this.counts = new long[key.vocabulary()];
    this.loneEnergy = new double[key.vocabulary()];
    this.used = new boolean[key.vocabulary()];
  }

  /** The next n-gram; if the document ends within it, it has none of this order. */
  void accept(long high, long low, long count) {
    int follower = key.token(high, low, context.length);
    if (follower < 0) {
      return;
    }
    if (size > 0 && !isContext(high, low)) {
      finishRow();
    }
    if (size == 0) {
      for (int i = 0; i < context.length; i++) {
        context[i] = key.token(high, low, i);
      }
    }
    if (size > 0 && followers[size - 1] == follower) {
      counts[size - 1] += count;
    } else {
      followers[size] = follower;
      counts[size++] = count;
    }
  }

  private boolean isContext(long high, long low) {
    for (int i = context.length - 1; i >= 0; i--) {
      if (context[i] != key.token(high, low, i)) {
        return false;
      }
    }
    return true;
  }

  private void finishRow() {
    long total = 0;
    for (int i = 0; i < size; i++) {
      total += counts[i];
    }
    if (total >= of.least()) {
      addRow(total);
    }
    size = 0;
  }

  private void addRow(long total) {
    double weight = measures.rowWeight(total);
    double sum = 0;
    if (size > 1) {
      mixed.putInt(size);
    }
    for (int i = 0; i < size; i++) {
      used[followers[i]] = true;
      double share = weight * counts[i] / total;
      sum += share;
      if (size > 1) {
        mixed.putInt(followers[i]);
        mixed.putDouble(share);
      } else {
        loneEnergy[followers[i]] += share * share;
      }
    }
    rowSumDefect = Math.max(rowSumDefect, Math.abs(sum - 1));
    rows++;
    mixedRows += size > 1 ? 1 : 0;
    entries += size;
  }

  NgramMatrix finish() {
    if (size > 0) {
      finishRow();
    }
    mixed.close();
    int usedTokens = 0;
    for (boolean token : used) {
      usedTokens += token ? 1 : 0;
    }
    return new NgramMatrix(
        of,
        rows,
        key.vocabulary(),
        mixedRows,
        entries,
        loneEnergy,
        usedTokens,
        rowSumDefect,
        files,
        mixed.file());
  }

  @Override
  public void close() {
    mixed.close();
  }
}
