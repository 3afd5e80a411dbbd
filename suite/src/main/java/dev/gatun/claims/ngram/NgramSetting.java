package dev.gatun.claims.ngram;

/**
 * One next-token matrix.
 *
 * @param vocabulary V
 * @param order n: contexts of n − 1 tokens
 * @param part the first of so many parts of the corpus is read; 1 is the whole
 * @param shuffled whether the tokens are shuffled first: the same unigrams, and nothing else
 * @param seed of the shuffle; without it nothing is random
 */
record NgramSetting(int vocabulary, int order, int part, boolean shuffled, long seed) {

  /** What several orders are counted in at once. */
  record Sample(int part, boolean shuffled, long seed) {}

  Sample sample() {
    return new Sample(part, shuffled, seed);
  }

  /** As in {@code n5}, {@code n5-part16} or {@code shuffled-n5-part4}. */
  String arm() {
    return arm(shuffled);
  }

  /** The arm of the same order and part, shuffled or not. */
  String arm(boolean ofShuffled) {
    return (ofShuffled ? "shuffled-" : "") + "n" + order + (part == 1 ? "" : "-part" + part);
  }
}
