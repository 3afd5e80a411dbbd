package dev.gatun.claims.ngram;

import dev.gatun.claims.ngram.NgramSetting.Rows;
import java.util.ArrayList;
import java.util.List;

/**
 * Next-token matrices of several orders from one pass over the tokens and one sort: sorted n-grams
 * of the longest order are sorted by all their beginnings too.
 */
final class NgramMatrices {
  private NgramMatrices() {}

  /**
   * Of the first tokens of a file; n-grams do not reach across documents.
   *
   * @param rows order and least occurrences of each
   * @param memoryBytes most memory on the heap for the sort; changes no bit of what comes out
   */
  static List<NgramMatrix> of(
      TokenFile tokens,
      long first,
      int vocabulary,
      List<Rows> rows,
      NgramMeasures measures,
      long memoryBytes,
      TemporaryFiles files) {
    int longest = 1;
    for (Rows each : rows) {
      longest = Math.max(longest, measures.contextLength(each.order()) + 1);
    }
    var key = new NgramKey(vocabulary, longest);
    List<RowCollector> collectors = new ArrayList<>();
    try (var sort =
        new NgramSort(key.bits(), Math.min(first, tokens.tokens()), memoryBytes, files)) {
      var window = new Window(key, sort);
      tokens.forEach(first, (piece, last) -> window.add(measures.counted(piece), last));
      for (Rows each : rows) {
        collectors.add(new RowCollector(each, key, measures, files));
      }
      sort.drain((high, low, count) -> {
        for (RowCollector collector : collectors) {
          collector.accept(high, low, count);
        }
      });
      return collectors.stream().map(RowCollector::finish).toList();
    } finally {
      collectors.forEach(RowCollector::close);
    }
  }

  /** The n-gram that ends where the reading is. */
  private static final class Window {
    private final NgramKey key;
    private final NgramSort sort;
    private long high;
    private long low;
    private int filled;

    Window(NgramKey key, NgramSort sort) {
      this.key = key;
      this.sort = sort;
    }

    void add(int[] piece, boolean last) {
      for (int token : piece) {
        push(token);
        filled = Math.min(filled + 1, key.length());
        if (filled >= key.length()) {
          sort.add(high, low);
        }
      }
      if (last) {
        endDocument();
      }
    }

    /** N-grams that the end cuts off, which are of lower orders. */
    private void endDocument() {
      for (int i = 1; i < key.length(); i++) {
        push(-1);
        if (filled + i >= key.length()) {
          sort.add(high, low);
        }
      }
      high = 0;
      low = 0;
      filled = 0;
    }

    private void push(int token) {
      long nextHigh = key.high(high, low);
      low = key.low(low, token);
      high = nextHigh;
    }
  }
}
