package dev.gatun.claims.ngram;

/**
 * One next-token matrix.
 *
 * @param vocabulary V
 * @param order n: contexts of n − 1 tokens
 * @param least occurrences of a context that has a row; 1 takes all
 * @param part the first of so many parts of the corpus is read; 1 is the whole
 * @param smoothed whether the rows are those of a smoothed model, of a sample of the contexts
 * @param shuffled whether the tokens are shuffled first: the same unigrams, and nothing else
 * @param seed of the shuffle and of the sample; without them nothing is random
 */
record NgramSetting(
    int vocabulary, int order, int least, int part, boolean smoothed, boolean shuffled, long seed) {

  /** What several matrices are counted in at once. */
  record Sample(int part, boolean shuffled, long seed) {}

  /** The matrices of one sample differ in these. */
  record Rows(int order, int least) {}

  Sample sample() {
    return new Sample(part, shuffled, seed);
  }

  Rows rows() {
    return new Rows(order, least);
  }

  /**
   * As in {@code n5}, {@code n5-seen20}, {@code n5-smoothed}, {@code n5-part16} or {@code
   * shuffled-n5-part4}.
   */
  String arm() {
    return (shuffled ? "shuffled-" : "")
        + "n"
        + order
        + (smoothed ? "-smoothed" : "")
        + (least == 1 ? "" : "-seen" + least)
        + (part == 1 ? "" : "-part" + part);
  }
}
