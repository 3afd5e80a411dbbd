package dev.gatun.claims.ngram;

/** A buffer of numbers of up to 128 bits that sorts and counts them. */
final class RadixSort {
  private static final int DIGIT = 11;

  private final int bits;
  private long[] high;
  private long[] low;
  private long[] highScratch;
  private long[] lowScratch;
  private int size;

  RadixSort(int capacity, int bits) {
    this.bits = bits;
    this.low = new long[capacity];
    this.lowScratch = new long[capacity];
    this.high = new long[bits > Long.SIZE ? capacity : 0];
    this.highScratch = new long[high.length];
  }

  boolean isFull() {
    return size == low.length;
  }

  /** There must be room. */
  void add(long highBits, long lowBits) {
    if (high.length > 0) {
      high[size] = highBits;
    }
    low[size++] = lowBits;
  }

  /** Distinct numbers in ascending order, unsigned, with their counts; empties the buffer. */
  void drain(NgramSort.Visitor visitor) {
    sort();
    for (int i = 0; i < size; ) {
      int from = i;
      while (i < size && low[i] == low[from] && (high.length == 0 || high[i] == high[from])) {
        i++;
      }
      visitor.accept(high.length == 0 ? 0 : high[from], low[from], i - from);
    }
    size = 0;
  }

  /** By digits, the least first; each pass keeps the order of equal digits. */
  private void sort() {
    for (int shift = 0; shift < Math.min(bits, Long.SIZE); shift += DIGIT) {
      pass(low, shift);
    }
    for (int shift = 0; shift < bits - Long.SIZE; shift += DIGIT) {
      pass(high, shift);
    }
  }

  private void pass(long[] keys, int shift) {
    int mask = (1 << DIGIT) - 1;
    int[] starts = new int[mask + 2];
    for (int i = 0; i < size; i++) {
      starts[((int) (keys[i] >>> shift) & mask) + 1]++;
    }
    for (int digit = 0; digit <= mask; digit++) {
      starts[digit + 1] += starts[digit];
    }
    for (int i = 0; i < size; i++) {
      int to = starts[(int) (keys[i] >>> shift) & mask]++;
      lowScratch[to] = low[i];
      if (high.length > 0) {
        highScratch[to] = high[i];
      }
    }
    long[] sorted = lowScratch;
    lowScratch = low;
    low = sorted;
    sorted = highScratch;
    highScratch = high;
    high = sorted;
  }
}
