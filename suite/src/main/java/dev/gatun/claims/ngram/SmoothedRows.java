package dev.gatun.claims.ngram;

import dev.gatun.data.Randomness;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Rows p(·|c) of a model of n-grams that is smoothed by the weights of Witten and Bell (1991; Chen
 * and Goodman 1999, section 2.6): with n(c, v) the times that v follows the context c, n(c) their
 * sum, t(c) the number of different tokens that follow c, and c' the context without its first
 * token,
 *
 * <p>p(v|c) = (n(c, v) + t(c)·p(v|c')) / (n(c) + t(c)),
 *
 * <p>where p(v|c') of the empty context is how often v occurs. Such rows have an entry for every
 * token, so that they are those of a sample: of all distinct contexts, each is as likely to be in
 * it.
 */
final class SmoothedRows {
  private final NgramKey key;
  private final int contextLength;
  private final List<Long> contexts;
  private final Map<Long, Followers> followers = new LinkedHashMap<>();
  private final long[] occurrences;

  /** What follows a context, or the end of one. */
  private static final class Followers {
    private final Map<Integer, Integer> counts = new LinkedHashMap<>();
    private long all;

    void add(int token) {
      counts.merge(token, 1, Integer::sum);
      all++;
    }

    /** Mixes what follows here into what follows the shorter context. */
    void mixInto(double[] row) {
      double weight = 1.0 / (all + counts.size());
      for (int token = 0; token < row.length; token++) {
        row[token] *= counts.size() * weight;
      }
      counts.forEach((token, count) -> row[token] += count * weight);
    }
  }

  /** Sees every token that has a context, and the key of the tokens before it. */
  @FunctionalInterface
  private interface Occurrence {
    void accept(long context, int length, int token);
  }

  /**
   * Of the first tokens of a file.
   *
   * @param order n: contexts of n − 1 tokens
   * @param rows at most
   */
  SmoothedRows(
      TokenFile tokens, long first, int vocabulary, int order, int rows, Randomness randomness) {
    this.key = new NgramKey(vocabulary, order - 1);
    this.contextLength = order - 1;
    if (key.bits() > Long.SIZE) {
      throw new IllegalArgumentException(
          "contexts of %s tokens out of %s do not fit 64 bits".formatted(order - 1, vocabulary));
    }
    this.occurrences = new long[vocabulary];
    this.contexts = sample(tokens, first, rows, randomness);
    for (long context : contexts) {
      for (int length = 1; length <= contextLength; length++) {
        followers.computeIfAbsent(key.last(context, length), _ -> new Followers());
      }
    }
    forEach(tokens, first, this::count);
  }

  /** The contexts whose hashes are the least, in their order: equal contexts have equal hashes. */
  private List<Long> sample(TokenFile tokens, long first, int rows, Randomness randomness) {
    var byHash = new TreeMap<Long, Long>();
    forEach(
        tokens,
        first,
        (context, length, _) -> {
          if (length == contextLength) {
            byHash.put(randomness.stream(context).generator().nextLong(), context);
            if (byHash.size() > rows) {
              byHash.pollLastEntry();
            }
          }
        });
    return new ArrayList<>(byHash.values());
  }

  private void count(long context, int length, int token) {
    occurrences[token]++;
    for (int last = 1; last <= length; last++) {
      Followers of = followers.get(key.last(context, last));
      if (of != null) {
        of.add(token);
      }
    }
  }

  private void forEach(TokenFile tokens, long first, Occurrence visitor) {
    long[] context = {0};
    int[] length = {0};
    tokens.forEach(
        first,
        (piece, last) -> {
          for (int token : piece) {
            visitor.accept(context[0], length[0], token);
            context[0] = key.low(context[0], token);
            length[0] = Math.min(length[0] + 1, contextLength);
          }
          if (last) {
            context[0] = 0;
            length[0] = 0;
          }
        });
  }

  /** The number of rows. */
  int rows() {
    return contexts.size();
  }

  /** Shows every row [V]; the array is overwritten afterwards. */
  void forEachRow(Consumer<double[]> visitor) {
    double all = 0;
    for (long count : occurrences) {
      all += count;
    }
    double[] row = new double[occurrences.length];
    for (long context : contexts) {
      for (int token = 0; token < row.length; token++) {
        row[token] = occurrences[token] / all;
      }
      for (int length = 1; length <= contextLength; length++) {
        followers.get(key.last(context, length)).mixInto(row);
      }
      visitor.accept(row);
    }
  }
}
