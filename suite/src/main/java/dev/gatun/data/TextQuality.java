package dev.gatun.data;

import java.util.Arrays;
import java.util.List;

/**
 * What is to be known of a text when a result on it is judged.
 *
 * @param overlap share of the sequences of 16 tokens in held-out documents that occur in the
 *     training text; 0 if no document has one
 * @param largestTrained the largest document's share of the tokens to train on
 * @param largestHeldOut the largest document's share of the tokens held out
 * @param leastCount how often the rarest token of the vocabulary occurs in the training text
 */
public record TextQuality(
    double overlap, double largestTrained, double largestHeldOut, long leastCount) {
  private static final int LENGTH = 16;
  private static final long FACTOR = 0x9E3779B97F4A7C15L;

  /** Is told of each sequence of 16 tokens by its hash. */
  private interface Visitor {
    void see(long hash);
  }

  /**
   * Of documents as tokens.
   *
   * @param all the training documents one after the other
   */
  static TextQuality of(List<int[]> train, int[] all, List<int[]> held, int vocabulary) {
    return new TextQuality(
        overlap(all, held), largest(train), largest(held), leastCount(all, vocabulary));
  }

  private static double overlap(int[] train, List<int[]> held) {
    var wanted = new LongSet();
    held.forEach(document -> visit(document, wanted::add));
    var found = new LongSet();
    visit(
        train,
        hash -> {
          if (wanted.contains(hash)) {
            found.add(hash);
          }
        });
    long[] counts = new long[2];
    held.forEach(document ->
        visit(
            document,
            hash -> {
              counts[0]++;
              counts[1] += found.contains(hash) ? 1 : 0;
            }));
    return counts[0] == 0 ? 0 : counts[1] / (double) counts[0];
  }

  private static void visit(int[] tokens, Visitor visitor) {
    long outgoing = 1;
    for (int i = 0; i < LENGTH; i++) {
      outgoing *= FACTOR;
    }
    long hash = 0;
    for (int i = 0; i < tokens.length; i++) {
      hash = hash * FACTOR + tokens[i] + 1;
      hash -= i < LENGTH ? 0 : (tokens[i - LENGTH] + 1) * outgoing;
      if (i >= LENGTH - 1) {
        visitor.see(LongSet.mix(hash));
      }
    }
  }

  private static double largest(List<int[]> documents) {
    long all = documents.stream().mapToLong(document -> document.length).sum();
    int most = documents.stream().mapToInt(document -> document.length).max().orElse(0);
    return all == 0 ? 0 : most / (double) all;
  }

  private static long leastCount(int[] tokens, int vocabulary) {
    long[] counts = new long[vocabulary];
    for (int token : tokens) {
      counts[token]++;
    }
    return Arrays.stream(counts).min().orElse(0);
  }
}
