package dev.gatun.model;

/** A source of independent standard normal numbers, one reproducible stream for each name. */
@FunctionalInterface
public interface NormalSource {
  /**
   * The first {@code count} numbers of the stream of that name; the same whatever was asked for
   * before.
   */
  double[] normals(String stream, int count);
}
