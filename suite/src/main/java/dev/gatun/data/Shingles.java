package dev.gatun.data;

import java.util.Arrays;

/**
 * Sequences of 50 words of the documents seen so far, by their hashes, of which one in eight is
 * kept: what two documents share of those is what they share of all.
 */
final class Shingles {
  private static final int WORDS = 50;
  private static final int KEPT_ONE_IN = 8;
  private static final long FACTOR = 0x9E3779B97F4A7C15L;

  private final LongSet known = new LongSet();

  /** Those of a text; of a shorter one, its only one. */
  static long[] of(String text) {
    long outgoing = 1;
    for (int i = 0; i < WORDS; i++) {
      outgoing *= FACTOR;
    }
    long[] window = new long[WORDS];
    long[] kept = new long[64];
    int length = 0;
    long hash = 0;
    long least = Long.MAX_VALUE;
    int words = 0;
    for (int from = 0; from < text.length(); ) {
      int end = Words.end(text, from);
      long word = hash(text, from, end);
      from = end;
      if (word == 0) {
        continue;
      }
      hash = hash * FACTOR + word - window[words % WORDS] * outgoing;
      window[words % WORDS] = word;
      words++;
      if (words >= WORDS) {
        long mixed = LongSet.mix(hash);
        least = Math.min(least, mixed);
        if (Long.remainderUnsigned(mixed, KEPT_ONE_IN) == 0) {
          kept = length == kept.length ? Arrays.copyOf(kept, 2 * length) : kept;
          kept[length++] = mixed;
        }
      }
    }
    if (length > 0) {
      return Arrays.copyOf(kept, length);
    }
    return new long[] {words < WORDS ? LongSet.mix(hash) : least};
  }

  /** Of the word without blanks; 0 if it is blank. */
  private static long hash(String text, int from, int end) {
    long hash = 0;
    for (int i = from; i < end; i++) {
      char c = text.charAt(i);
      hash = Character.isWhitespace(c) ? hash : hash * 31 + c;
    }
    return hash;
  }

  /** Share of a document's that earlier ones have. */
  double shareKnown(long[] document) {
    return Arrays.stream(document).filter(known::contains).count() / (double) document.length;
  }

  /** Adds a document's. */
  void add(long[] document) {
    for (long shingle : document) {
      known.add(shingle);
    }
  }
}
