package dev.gatun.data;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * How often each token occurs in the text that is trained on.
 *
 * @param counts by token
 * @param total their sum
 */
public record TokenFrequencies(int[] counts, long total) {
  /**
   * A token is common if at least one in 20,000 tokens is it. Of GPT-2's first 1,024 tokens a sixth
   * never occurs in Java sources and a third is rarer than this: bytes, and pieces of English.
   */
  private static final int COMMON = 20_000;

  /** Counts the tokens of a text, for a model with the vocabulary of its tokenizer. */
  public static TokenFrequencies of(TokenizedCorpus corpus) {
    return of(corpus, corpus.vocabulary());
  }

  /** Counts them for a model whose vocabulary may be larger than the tokenizer's. */
  public static TokenFrequencies of(TokenizedCorpus corpus, int vocabulary) {
    int[] counts = new int[vocabulary];
    for (int token : corpus.train()) {
      counts[token]++;
    }
    return new TokenFrequencies(counts, corpus.train().length);
  }

  /** The tokens that occur often enough for training to say where their rows should be. */
  public int[] common() {
    return IntStream.range(0, counts.length)
        .filter(token -> counts[token] > 0 && (long) counts[token] * COMMON >= total)
        .toArray();
  }

  /** Mean cross-entropy in nats of always predicting {@link #logProbabilities}. */
  public double loss(int[] targets) {
    return Arrays.stream(targets)
        .mapToDouble(target -> -logProbability(target))
        .average()
        .orElseThrow();
  }

  /**
   * The logarithm of the frequency of each token [V], every count one higher, so that it is finite
   * for a token that never occurs.
   */
  public double[] logProbabilities() {
    return IntStream.range(0, counts.length).mapToDouble(this::logProbability).toArray();
  }

  /** The frequency of each token [V], every count one higher, so that none is 0. */
  public double[] probabilities() {
    return IntStream.range(0, counts.length).mapToDouble(this::probability).toArray();
  }

  private double logProbability(int token) {
    return StrictMath.log(probability(token));
  }

  private double probability(int token) {
    return (counts[token] + 1.0) / (total + (double) counts.length);
  }
}
