package dev.gatun.claims.ngram;

/**
 * N-grams as numbers of up to 128 bits, so that equal numbers are equal n-grams and the order of
 * the numbers, unsigned, is that of the tokens. Every token takes the same number of bits; zero
 * stands for no token, after the end of a document.
 *
 * @param vocabulary V
 * @param length tokens per n-gram
 */
record NgramKey(int vocabulary, int length) {
  private static final int MOST_BITS = 128;

  /** Checks that n-grams fit. */
  NgramKey {
    if (vocabulary < 1 || length < 1 || length * bits(vocabulary) > MOST_BITS) {
      throw new IllegalArgumentException(
          "n-grams of %s tokens out of %s do not fit %s bits; count shorter ones"
              .formatted(length, vocabulary, MOST_BITS));
    }
  }

  private static int bits(int vocabulary) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(vocabulary);
  }

  /** Bits of all tokens together. */
  int bits() {
    return length * bits(vocabulary);
  }

  /** Upper 64 bits of the n-gram that begins one token later and ends with another. */
  long high(long high, long low) {
    int bits = bits(vocabulary);
    long shifted = high << bits | low >>> (Long.SIZE - bits);
    int inHigh = bits() - Long.SIZE;
    return inHigh <= 0 ? 0 : inHigh == Long.SIZE ? shifted : shifted & (1L << inHigh) - 1;
  }

  /**
   * Lower 64 bits of the same.
   *
   * @param token 0 to V − 1, or −1 for no token
   */
  long low(long low, int token) {
    long shifted = low << bits(vocabulary) | token + 1;
    return bits() >= Long.SIZE ? shifted : shifted & (1L << bits()) - 1;
  }

  /** The last tokens of an n-gram of at most 64 bits, as an n-gram whose beginning is missing. */
  long last(long low, int tokens) {
    int kept = tokens * bits(vocabulary);
    return kept >= Long.SIZE ? low : low & (1L << kept) - 1;
  }

  /** The i-th token of an n-gram, −1 for none. */
  int token(long high, long low, int i) {
    int bits = bits(vocabulary);
    int shift = bits * (length - 1 - i);
    long mask = (1L << bits) - 1;
    long at =
        shift >= Long.SIZE
            ? high >>> (shift - Long.SIZE)
            : shift == 0 ? low : low >>> shift | high << (Long.SIZE - shift);
    return (int) (at & mask) - 1;
  }
}
