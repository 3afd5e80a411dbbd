package dev.gatun.claims.signal;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * A source of text whose probabilities are known: interpolated n-grams of a text, with the weights
 * of Witten and Bell (1991; Chen and Goodman 1999, section 2.6). With n(c, v) the times that token
 * v follows the context c, n(c) their sum, t(c) the number of different tokens that follow c, and
 * c' the context without its first token,
 *
 * <pre>
 * p(v|c) = (n(c, v) + t(c)·p(v|c')) / (n(c) + t(c)),
 * </pre>
 *
 * where p(v|c) = p(v|c') if c never occurs, and 1/V stands in the place of p(v|c') if c is empty. A
 * sequence begins with the empty context, which then grows to n − 1 tokens, so that p(·|c) is the
 * exact distribution of every token given all tokens of the sequence before it.
 */
final class KnownSource {
  private final int vocabulary;
  private final List<Followers> followers; // of contexts of 0, 1, … tokens

  private KnownSource(int vocabulary, List<Followers> followers) {
    this.vocabulary = vocabulary;
    this.followers = followers;
  }

  /**
   * Counts the n-grams of a text.
   *
   * @param text tokens below V
   * @param vocabulary V
   * @param order n, of which V^n fits 63 bits; the text has at least as many tokens
   */
  static KnownSource of(int[] text, int vocabulary, int order) {
    if (order < 1 || order * Math.log(vocabulary) >= 63 * Math.log(2)) {
      throw new IllegalArgumentException(
          "sequences of %s tokens out of %s do not fit 63 bits".formatted(order, vocabulary));
    }
    return new KnownSource(
        vocabulary,
        IntStream.range(0, order)
            .mapToObj(length -> Followers.of(text, length, vocabulary))
            .toList());
  }

  /** V. */
  int vocabulary() {
    return vocabulary;
  }

  /** Draws a sequence of {@code length} tokens. */
  int[] sequence(int length, RandomGenerator random) {
    int[] sequence = new int[length];
    for (int i = 0; i < length; i++) {
      sequence[i] = next(sequence, i, random);
    }
    return sequence;
  }

  /** Draws from the longest context with the probability of its own share, else from a shorter. */
  private int next(int[] sequence, int position, RandomGenerator random) {
    for (int length = Math.min(position, followers.size() - 1); length >= 0; length--) {
      int token = followers.get(length).draw(sequence, position, random);
      if (token >= 0) {
        return token;
      }
    }
    return random.nextInt(vocabulary);
  }

  /**
   * Overwrites V numbers from a place on with p(·|c) of the token that follows.
   *
   * @param tokens the sequence that the context ends in, maybe among others
   * @param first where the sequence begins
   * @param end where the context ends
   */
  void probabilities(int[] tokens, int first, int end, double[] row, int at) {
    Arrays.fill(row, at, at + vocabulary, 1.0 / vocabulary);
    for (int length = 0; length <= Math.min(end - first, followers.size() - 1); length++) {
      followers.get(length).mixInto(tokens, end, row, at);
    }
  }

  /**
   * What follows the contexts of a length, and how often.
   *
   * @param contexts that occur, ascending, as numbers to the base V
   * @param starts where the followers of each begin, and the end of all
   * @param tokens that follow
   * @param sums counts of a context's followers up to each
   */
  private record Followers(
      int vocabulary, int length, long[] contexts, int[] starts, int[] tokens, int[] sums) {

    static Followers of(int[] text, int length, int vocabulary) {
      long[] grams = new long[text.length - length];
      for (int i = 0; i < grams.length; i++) {
        grams[i] = number(text, i, i + length + 1, vocabulary);
      }
      Arrays.parallelSort(grams);
      long[] contexts = new long[grams.length];
      int[] starts = new int[grams.length + 1];
      int[] tokens = new int[grams.length];
      int[] sums = new int[grams.length];
      int known = 0;
      int pairs = 0;
      for (int i = 0; i < grams.length; i++) {
        long context = grams[i] / vocabulary;
        boolean another = known == 0 || contexts[known - 1] != context;
        if (another) {
          starts[known] = pairs;
          contexts[known++] = context;
        }
        if (another || grams[i] != grams[i - 1]) {
          tokens[pairs] = (int) (grams[i] % vocabulary);
          sums[pairs++] = another ? 0 : sums[pairs - 2];
        }
        sums[pairs - 1]++;
      }
      starts[known] = pairs;
      return new Followers(
          vocabulary,
          length,
          Arrays.copyOf(contexts, known),
          Arrays.copyOf(starts, known + 1),
          Arrays.copyOf(tokens, pairs),
          Arrays.copyOf(sums, pairs));
    }

    private static long number(int[] tokens, int from, int to, int vocabulary) {
      long number = 0;
      for (int i = from; i < to; i++) {
        number = number * vocabulary + tokens[i];
      }
      return number;
    }

    /** Where the context that ends there is; negative if it never occurs. */
    private int find(int[] text, int end) {
      return Arrays.binarySearch(contexts, number(text, end - length, end, vocabulary));
    }

    /** A follower; −1 if it is to be one of the shorter context. */
    int draw(int[] sequence, int end, RandomGenerator random) {
      int context = find(sequence, end);
      if (context < 0) {
        return -1;
      }
      int from = starts[context];
      int to = starts[context + 1];
      int drawn = random.nextInt(sums[to - 1] + to - from);
      if (drawn >= sums[to - 1]) {
        return -1;
      }
      int at = Arrays.binarySearch(sums, from, to, drawn + 1);
      return tokens[at < 0 ? -at - 1 : at];
    }

    /** Mixes what follows here into what follows the shorter context. */
    void mixInto(int[] text, int end, double[] row, int at) {
      int context = find(text, end);
      if (context < 0) {
        return;
      }
      int from = starts[context];
      int to = starts[context + 1];
      double weight = 1.0 / (sums[to - 1] + to - from);
      for (int token = at; token < at + vocabulary; token++) {
        row[token] *= (to - from) * weight;
      }
      for (int i = from; i < to; i++) {
        row[at + tokens[i]] += (i == from ? sums[i] : sums[i] - sums[i - 1]) * weight;
      }
    }
  }
}
