package dev.gatun.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/** Copies a matrix transposed, in square blocks that fit the nearest cache. */
final class Transposition {
  private static final int BLOCK = 32;

  private Transposition() {}

  /** from [m, n], to [n, m], of one real type. */
  static void transpose(WorkerPool pool, Tensor from, Tensor to) {
    int rows = Math.toIntExact(from.rows());
    int cols = Math.toIntExact(from.cols());
    long in = Lanes.address(from);
    long out = Lanes.address(to);
    boolean single = from.type() == ElementType.F32;
    pool.forEach(
        WorkerPool.chunks(rows, BLOCK),
        chunk -> {
          int top = chunk * BLOCK;
          int bottom = Math.min(rows, top + BLOCK);
          for (int left = 0; left < cols; left += BLOCK) {
            int right = Math.min(cols, left + BLOCK);
            if (single) {
              floats(in, out, rows, cols, top, bottom, left, right);
            } else {
              doubles(in, out, rows, cols, top, bottom, left, right);
            }
          }
        });
  }

  private static void floats(
      long in, long out, int rows, int cols, int top, int bottom, int left, int right) {
    for (int j = left; j < right; j++) {
      for (int i = top; i < bottom; i++) {
        float value = Lanes.MEMORY.get(JAVA_FLOAT, in + 4 * ((long) i * cols + j));
        Lanes.MEMORY.set(JAVA_FLOAT, out + 4 * ((long) j * rows + i), value);
      }
    }
  }

  private static void doubles(
      long in, long out, int rows, int cols, int top, int bottom, int left, int right) {
    for (int j = left; j < right; j++) {
      for (int i = top; i < bottom; i++) {
        double value = Lanes.MEMORY.get(JAVA_DOUBLE, in + 8 * ((long) i * cols + j));
        Lanes.MEMORY.set(JAVA_DOUBLE, out + 8 * ((long) j * rows + i), value);
      }
    }
  }
}
