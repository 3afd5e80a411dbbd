package dev.gatun.claims.ngram;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Distinct n-grams with their counts, in the order of their tokens, of any number of n-grams in
 * bounded memory: what fits is sorted and counted, written out, and merged in the end (external
 * merge sort; Knuth, TAOCP 3, §5.4). N-grams are compared whole, so that none are ever taken for
 * one another, and neither the memory nor the order in which they come changes what is found.
 */
final class NgramSort implements AutoCloseable {
  /** Two 64-bit numbers each, and as much to sort them. */
  private static final int BYTES_EACH = 32;

  private static final int LEAST_CAPACITY = 256;
  private static final int MOST_RUNS = 256;
  private static final int LEAST_BUFFER = 1 << 12;
  private static final int MOST_BUFFER = 1 << 20;

  private final int bits;
  private final long memoryBytes;
  private final TemporaryFiles files;
  private final List<Path> runs = new ArrayList<>();
  private RadixSort buffer;

  /** Sees an n-gram and how often it was added. */
  @FunctionalInterface
  interface Visitor {
    void accept(long high, long low, long count);
  }

  /**
   * For n-grams of so many bits.
   *
   * @param expected how many will be added, at most; only to take no more memory than that needs
   * @param memoryBytes most memory on the heap
   */
  NgramSort(int bits, long expected, long memoryBytes, TemporaryFiles files) {
    this.bits = bits;
    this.memoryBytes = memoryBytes;
    this.files = files;
    long capacity = Math.min(Math.max(1, expected), memoryBytes / BYTES_EACH);
    this.buffer = new RadixSort(Math.clamp(capacity, LEAST_CAPACITY, 1 << 28), bits);
  }

  /** Counts an n-gram. */
  void add(long high, long low) {
    if (buffer.isFull()) {
      spill();
    }
    buffer.add(high, low);
  }

  /** How many times the memory was full. */
  int spills() {
    return runs.size();
  }

  /** All n-grams in their order; nothing can be added afterwards. */
  void drain(Visitor visitor) {
    if (runs.isEmpty()) {
      buffer.drain(visitor);
    } else {
      spill();
      buffer = null;
      merge(visitor);
    }
  }

  private void spill() {
    if (runs.size() == MOST_RUNS) {
      try (var writer = files.write("ngrams")) {
        merge(into(writer));
        runs.forEach(files::delete);
        runs.clear();
        runs.add(writer.file());
      }
    }
    try (var writer = files.write("ngrams")) {
      buffer.drain(into(writer));
      runs.add(writer.file());
    }
  }

  private Visitor into(TemporaryFiles.Writer writer) {
    return (high, low, count) -> {
      if (bits > Long.SIZE) {
        writer.putLong(high);
      }
      writer.putLong(low);
      writer.putLong(count);
    };
  }

  private void merge(Visitor visitor) {
    int bytes = Math.clamp(memoryBytes / 2 / runs.size(), LEAST_BUFFER, MOST_BUFFER);
    var heads = new PriorityQueue<Head>(Head.ORDER);
    var all = new ArrayList<Head>();
    try {
      for (Path run : runs) {
        var head = new Head(files.read(run, bytes));
        all.add(head);
        if (head.next()) {
          heads.add(head);
        }
      }
      while (!heads.isEmpty()) {
        long high = heads.peek().high;
        long low = heads.peek().low;
        long count = 0;
        while (!heads.isEmpty() && heads.peek().high == high && heads.peek().low == low) {
          Head head = heads.poll();
          count += head.count;
          if (head.next()) {
            heads.add(head);
          }
        }
        visitor.accept(high, low, count);
      }
    } finally {
      all.forEach(head -> head.reader.close());
    }
  }

  /** Deletes what was written. */
  @Override
  public void close() {
    runs.forEach(files::delete);
    runs.clear();
    buffer = null;
  }

  /** The least n-gram of a run that is not merged yet. */
  private final class Head {
    static final Comparator<Head> ORDER =
        (a, b) -> {
          int byHigh = Long.compareUnsigned(a.high, b.high);
          return byHigh != 0 ? byHigh : Long.compareUnsigned(a.low, b.low);
        };

    private final TemporaryFiles.Reader reader;
    private long high;
    private long low;
    private long count;

    private Head(TemporaryFiles.Reader reader) {
      this.reader = reader;
    }

    private boolean next() {
      if (!reader.hasNext()) {
        return false;
      }
      high = bits > Long.SIZE ? reader.getLong() : 0;
      low = reader.getLong();
      count = reader.getLong();
      return true;
    }
  }
}
