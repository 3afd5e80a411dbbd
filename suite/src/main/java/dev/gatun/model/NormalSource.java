package dev.gatun.model;

/** A source of independent normal numbers, one reproducible stream for each name. */
@FunctionalInterface
public interface NormalSource {
  /**
   * Fills with the first draws from N(0, standardDeviation²) of the stream of that name; the same
   * whatever was asked for before. Initial weights are F32 on every device, the F64 oracle
   * included, so that a seed means the same model everywhere.
   */
  void fill(String stream, float[] out, double standardDeviation);
}
