package dev.gatun.backend.cpu;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Moves elements of row-major matrices, F32 or F64, where LAPACK wants them elsewhere. */
final class Transposition {
  private static final int BLOCK = 32;

  private Transposition() {}

  /** to [n, m] ← from [m, n], in blocks that stay in cache. */
  static void transpose(Tensor from, Tensor to) {
    long rows = from.rows();
    long cols = from.cols();
    for (long i = 0; i < rows; i += BLOCK) {
      for (long j = 0; j < cols; j += BLOCK) {
        for (long row = i; row < Math.min(rows, i + BLOCK); row++) {
          for (long col = j; col < Math.min(cols, j + BLOCK); col++) {
            copy(from, row * cols + col, to, col * rows + row);
          }
        }
      }
    }
  }

  /** r [n, n] ← the upper triangle of the first n rows of a [m, n]; zero below. */
  static void copyUpper(Tensor a, Tensor r) {
    long n = a.cols();
    r.memory().fill((byte) 0);
    for (long row = 0; row < n; row++) {
      for (long col = row; col < n; col++) {
        copy(a, row * n + col, r, row * n + col);
      }
    }
  }

  /** The strict upper triangle of a [n, n] becomes zero. */
  static void clearStrictUpper(Tensor a) {
    long n = a.cols();
    long size = a.type().byteSize();
    for (long row = 0; row < n; row++) {
      a.memory().asSlice((row * n + row + 1) * size, (n - row - 1) * size).fill((byte) 0);
    }
  }

  private static void copy(Tensor from, long source, Tensor to, long target) {
    MemorySegment a = from.memory();
    MemorySegment b = to.memory();
    if (from.type() == ElementType.F32) {
      b.setAtIndex(ValueLayout.JAVA_FLOAT, target, a.getAtIndex(ValueLayout.JAVA_FLOAT, source));
    } else {
      b.setAtIndex(ValueLayout.JAVA_DOUBLE, target, a.getAtIndex(ValueLayout.JAVA_DOUBLE, source));
    }
  }
}
