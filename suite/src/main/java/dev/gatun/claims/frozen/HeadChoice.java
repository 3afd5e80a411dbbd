package dev.gatun.claims.frozen;

import dev.gatun.results.CurveName;

/**
 * A head to be trained.
 *
 * @param rank r of W = A·B, or {@link #FULL}
 * @param learningRate peak of AdamW
 */
record HeadChoice(int rank, double learningRate) {
  /** In place of a rank: W itself, in which the loss is convex. */
  static final int FULL = 0;

  /** The end of the names of what is measured of the full head. */
  static final String FITTED = "_fitted";

  boolean isFull() {
    return rank == FULL;
  }

  /** Name of a number of the head of this rank, whose rate is the best. */
  String metric(String name) {
    return isFull() ? name + FITTED : CurveName.name(name, rank);
  }

  String metricOfRate(String name) {
    return metric("%s_rate%s".formatted(name, learningRate));
  }
}
