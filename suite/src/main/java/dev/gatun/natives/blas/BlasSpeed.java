package dev.gatun.natives.blas;

import dev.gatun.bindings.openblas.OpenBlas;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/**
 * The best rate of one thread in products of random matrices of order {@value #ORDER}, in GFLOP/s,
 * by the library in use.
 */
public record BlasSpeed(double sgemm, double dgemm) {
  private static final int ORDER = 512;
  private static final long NANOS = 300_000_000;

  /**
   * Multiplies for about a second.
   *
   * @throws dev.gatun.natives.NativeLibraryException if no library can be used
   */
  public static BlasSpeed measure() {
    BlasLibrary.load();
    try (var arena = Arena.ofConfined()) {
      int elements = ORDER * ORDER;
      double[] numbers = new Random(1).doubles(2L * elements, -1, 1).toArray();
      var doubles = arena.allocate(8L * 3 * elements, 64);
      var floats = arena.allocate(4L * 3 * elements, 64);
      for (int i = 0; i < numbers.length; i++) {
        doubles.setAtIndex(ValueLayout.JAVA_DOUBLE, i, numbers[i]);
        floats.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) numbers[i]);
      }
      return new BlasSpeed(best(() -> sgemm(floats)), best(() -> dgemm(doubles)));
    }
  }

  private static double best(Runnable product) {
    long least = Long.MAX_VALUE;
    long end = System.nanoTime() + NANOS;
    do {
      long start = System.nanoTime();
      product.run();
      least = Math.min(least, System.nanoTime() - start);
    } while (System.nanoTime() < end);
    return 2.0 * ORDER * ORDER * ORDER / least;
  }

  private static void sgemm(MemorySegment operands) {
    int none = OpenBlas.CblasNoTrans();
    int n = ORDER;
    var b = operands.asSlice(4L * n * n);
    var c = operands.asSlice(8L * n * n);
    OpenBlas.cblas_sgemm(
        OpenBlas.CblasRowMajor(), none, none, n, n, n, 1, operands, n, b, n, 0, c, n);
  }

  private static void dgemm(MemorySegment operands) {
    int none = OpenBlas.CblasNoTrans();
    int n = ORDER;
    var b = operands.asSlice(8L * n * n);
    var c = operands.asSlice(16L * n * n);
    OpenBlas.cblas_dgemm(
        OpenBlas.CblasRowMajor(), none, none, n, n, n, 1, operands, n, b, n, 0, c, n);
  }
}
