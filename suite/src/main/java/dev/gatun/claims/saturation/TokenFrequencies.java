package dev.gatun.claims.saturation;

import dev.gatun.data.TokenizedCorpus;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * How often each token occurs in the text that is trained on.
 *
 * @param counts by token
 * @param total their sum
 */
record TokenFrequencies(int[] counts, long total) {
  /**
   * A token is common if it is at least one in so many. Of the first 1,024 tokens of GPT-2 a sixth
   * never occurs in Java sources and a third is rarer than this: bytes, and pieces of English.
   */
  private static final int COMMON = 20_000;

  static TokenFrequencies of(TokenizedCorpus corpus) {
    int[] counts = new int[corpus.vocabulary()];
    for (int token : corpus.train()) {
      counts[token]++;
    }
    return new TokenFrequencies(counts, corpus.train().length);
  }

  /** The tokens that occur often enough for training to say where their rows should be. */
  int[] common() {
    return IntStream.range(0, counts.length)
        .filter(token -> counts[token] > 0 && (long) counts[token] * COMMON >= total)
        .toArray();
  }

  /** Mean cross-entropy in nats of always predicting the frequencies, every count one higher. */
  double loss(int[] targets) {
    return Arrays.stream(targets)
        .mapToDouble(
            target -> -StrictMath.log((counts[target] + 1.0) / (total + (double) counts.length)))
        .average()
        .orElseThrow();
  }
}
