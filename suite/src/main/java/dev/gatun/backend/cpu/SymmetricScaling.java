package dev.gatun.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Brings a symmetric matrix into the range where squares neither overflow nor vanish, as LAPACK's
 * dsyevd does; by a power of two, so that no digit changes.
 */
final class SymmetricScaling {
  private static final int LARGEST_EXPONENT = 400;

  private SymmetricScaling() {}

  /**
   * Scales the lower triangle of a [n, n] if need be; returns the factor, 1 if none was needed.
   *
   * @throws IllegalArgumentException if an element of the triangle is not finite
   */
  static double apply(WorkerPool pool, int n, MemorySegment a) {
    double[] largest = new double[n];
    pool.forEach(n, i -> largest[i] = largestOfRow(n, i, a));
    double max = Arrays.stream(largest).reduce(0, Math::max);
    if (!Double.isFinite(max)) {
      throw new IllegalArgumentException(
          "symmetricEigenvalues: the matrix [%s, %s] holds a NaN or an infinity".formatted(n, n));
    }
    if (max == 0 || Math.abs(Math.getExponent(max)) <= LARGEST_EXPONENT) {
      return 1;
    }
    double factor = Math.scalb(1.0, -Math.clamp(Math.getExponent(max), -1000, 1000));
    pool.forEach(n, i -> scaleRow(n, i, factor, a));
    return factor;
  }

  private static double largestOfRow(int n, int i, MemorySegment a) {
    double max = 0;
    for (int j = 0; j <= i; j++) {
      max = Math.max(max, Math.abs(a.getAtIndex(JAVA_DOUBLE, (long) i * n + j)));
    }
    return max;
  }

  private static void scaleRow(int n, int i, double factor, MemorySegment a) {
    for (long at = (long) i * n; at <= (long) i * n + i; at++) {
      a.setAtIndex(JAVA_DOUBLE, at, factor * a.getAtIndex(JAVA_DOUBLE, at));
    }
  }
}
