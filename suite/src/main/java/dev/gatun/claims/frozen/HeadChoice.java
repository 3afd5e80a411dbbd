package dev.gatun.claims.frozen;

import dev.gatun.results.CurveName;

/**
 * A head to be trained.
 *
 * @param rank r of W = A·B
 * @param entries how A and B begin
 * @param learningRate peak of AdamW
 */
record HeadChoice(int rank, EntryScale entries, double learningRate) {
  /** Name of one of its numbers, as a point of a curve over the rank. */
  static String metric(String name, EntryScale entries, int rank) {
    return CurveName.name(name + "_" + entries.label(), rank);
  }

  String metricOfRate(String name) {
    return CurveName.name("%s_%s_rate%s".formatted(name, entries.label(), learningRate), rank);
  }
}
