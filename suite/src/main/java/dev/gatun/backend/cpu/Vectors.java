package dev.gatun.backend.cpu;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/** Elementwise work and sums on whole tensors, F32 or F64, in pieces of fixed size. */
final class Vectors {
  /** Elements of a piece: large enough to be worth a task, small enough to stay in cache. */
  private static final int PIECE = 1 << 16;

  private final WorkerPool pool;

  Vectors(WorkerPool pool) {
    this.pool = pool;
  }

  /** Work on elements {@code from} to {@code to}. */
  private interface Range {
    void run(long from, long to);
  }

  private void forPieces(long size, Range range) {
    pool.forEach(
        WorkerPool.chunks(size, PIECE),
        piece -> range.run((long) piece * PIECE, Math.min(size, (piece + 1L) * PIECE)));
  }

  void fill(Tensor x, double value) {
    forPieces(x.size(), (from, to) -> fill(x, value, from, to));
  }

  private static void fill(Tensor x, double value, long from, long to) {
    int n = (int) (to - from);
    if (x.type() == ElementType.F32) {
      long at = Lanes.address(x) + 4 * from;
      FloatVector lanes = Lanes.broadcast((float) value);
      int whole = Lanes.whole(n);
      for (int i = 0; i < whole; i += Lanes.WIDTH) {
        Lanes.store(lanes, at + 4L * i);
      }
      if (whole < n) {
        Lanes.store(lanes, at + 4L * whole, Lanes.rest(n));
      }
    } else {
      MemorySegment elements = x.memory();
      for (long i = from; i < to; i++) {
        elements.setAtIndex(ValueLayout.JAVA_DOUBLE, i, value);
      }
    }
  }

  void scale(double alpha, Tensor x) {
    forPieces(
        x.size(),
        (from, to) -> {
          if (x.type() == ElementType.F32) {
            scaleFloats((float) alpha, Lanes.address(x) + 4 * from, (int) (to - from));
          } else {
            scaleDoubles(alpha, Lanes.address(x) + 8 * from, (int) (to - from));
          }
        });
  }

  private static void scaleFloats(float alpha, long x, int n) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.WIDTH) {
      Lanes.store(Lanes.load(x + 4L * i).mul(alpha), x + 4L * i);
    }
    if (whole < n) {
      var mask = Lanes.rest(n);
      Lanes.store(Lanes.load(x + 4L * whole, mask).mul(alpha), x + 4L * whole, mask);
    }
  }

  private static void scaleDoubles(double alpha, long x, int n) {
    int whole = n & -DoubleLanes.WIDTH;
    for (int i = 0; i < whole; i += DoubleLanes.WIDTH) {
      DoubleLanes.store(DoubleLanes.load(x + 8L * i).mul(alpha), x + 8L * i);
    }
    if (whole < n) {
      var mask = DoubleLanes.rest(n);
      DoubleLanes.store(DoubleLanes.load(x + 8L * whole, mask).mul(alpha), x + 8L * whole, mask);
    }
  }

  void axpy(double alpha, Tensor x, Tensor y) {
    forPieces(
        y.size(),
        (from, to) -> {
          int n = (int) (to - from);
          if (y.type() == ElementType.F32) {
            axpyFloats((float) alpha, Lanes.address(x) + 4 * from, Lanes.address(y) + 4 * from, n);
          } else {
            axpyDoubles(alpha, Lanes.address(x) + 8 * from, Lanes.address(y) + 8 * from, n);
          }
        });
  }

  private static void axpyFloats(float alpha, long x, long y, int n) {
    FloatVector factor = Lanes.broadcast(alpha);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.WIDTH) {
      Lanes.store(Lanes.load(x + 4L * i).fma(factor, Lanes.load(y + 4L * i)), y + 4L * i);
    }
    if (whole < n) {
      var mask = Lanes.rest(n);
      long at = 4L * whole;
      Lanes.store(Lanes.load(x + at, mask).fma(factor, Lanes.load(y + at, mask)), y + at, mask);
    }
  }

  private static void axpyDoubles(double alpha, long x, long y, int n) {
    DoubleVector factor = DoubleVector.broadcast(DoubleLanes.SPECIES, alpha);
    int whole = n & -DoubleLanes.WIDTH;
    for (int i = 0; i < whole; i += DoubleLanes.WIDTH) {
      DoubleLanes.store(
          DoubleLanes.load(x + 8L * i).fma(factor, DoubleLanes.load(y + 8L * i)), y + 8L * i);
    }
    if (whole < n) {
      var mask = DoubleLanes.rest(n);
      long at = 8L * whole;
      DoubleLanes.store(
          DoubleLanes.load(x + at, mask).fma(factor, DoubleLanes.load(y + at, mask)), y + at, mask);
    }
  }

  /** Σ xᵢ·yᵢ in f64: each piece in lanes, the pieces in their order. */
  double dot(Tensor x, Tensor y) {
    double[] sums = new double[WorkerPool.chunks(x.size(), PIECE)];
    forPieces(
        x.size(),
        (from, to) ->
            sums[(int) (from / PIECE)] =
                x.type() == ElementType.F32
                    ? dotFloats(x.memory(), y.memory(), from, to)
                    : dotDoubles(x.memory(), y.memory(), from, to));
    double sum = 0;
    for (double piece : sums) {
      sum += piece;
    }
    return sum;
  }

  private static double dotFloats(MemorySegment x, MemorySegment y, long from, long to) {
    DoubleVector sum0 = DoubleLanes.ZERO;
    DoubleVector sum1 = DoubleLanes.ZERO;
    long xAt = x.address() + 4 * from;
    long yAt = y.address() + 4 * from;
    int n = (int) (to - from);
    int step = 2 * DoubleLanes.WIDTH;
    int i = 0;
    for (; i <= n - step; i += step) {
      long second = 4L * (i + DoubleLanes.WIDTH);
      sum0 = DoubleLanes.widen(xAt + 4L * i).fma(DoubleLanes.widen(yAt + 4L * i), sum0);
      sum1 = DoubleLanes.widen(xAt + second).fma(DoubleLanes.widen(yAt + second), sum1);
    }
    double sum = DoubleLanes.sum(sum0.add(sum1));
    for (; i < n; i++) {
      sum +=
          (double) x.getAtIndex(ValueLayout.JAVA_FLOAT, from + i)
              * y.getAtIndex(ValueLayout.JAVA_FLOAT, from + i);
    }
    return sum;
  }

  private static double dotDoubles(MemorySegment x, MemorySegment y, long from, long to) {
    DoubleVector lanes = DoubleLanes.ZERO;
    long xAt = x.address() + 8 * from;
    long yAt = y.address() + 8 * from;
    int n = (int) (to - from);
    int i = 0;
    for (; i <= n - DoubleLanes.WIDTH; i += DoubleLanes.WIDTH) {
      lanes = DoubleLanes.load(xAt + 8L * i).fma(DoubleLanes.load(yAt + 8L * i), lanes);
    }
    double sum = DoubleLanes.sum(lanes);
    for (; i < n; i++) {
      sum +=
          x.getAtIndex(ValueLayout.JAVA_DOUBLE, from + i)
              * y.getAtIndex(ValueLayout.JAVA_DOUBLE, from + i);
    }
    return sum;
  }

  /** Copies between tensors of equal size, F32 and F64 into each other, or equal types. */
  void copy(Tensor from, Tensor to) {
    if (from.type() == to.type()) {
      long size = from.type().byteSize();
      forPieces(
          from.size(),
          (a, b) ->
              MemorySegment.copy(from.memory(), a * size, to.memory(), a * size, (b - a) * size));
    } else if (to.type() == ElementType.F64) {
      forPieces(
          from.size(),
          (a, b) -> widen(Lanes.address(from) + 4 * a, Lanes.address(to) + 8 * a, (int) (b - a)));
    } else {
      forPieces(from.size(), (a, b) -> narrow(from.memory(), to.memory(), a, b));
    }
  }

  /** n elements from F32 to F64. */
  static void widen(long from, long to, int n) {
    int i = 0;
    for (; i <= n - DoubleLanes.WIDTH; i += DoubleLanes.WIDTH) {
      DoubleLanes.store(DoubleLanes.widen(from + 4L * i), to + 8L * i);
    }
    for (; i < n; i++) {
      float element = Lanes.MEMORY.get(ValueLayout.JAVA_FLOAT, from + 4L * i);
      Lanes.MEMORY.set(ValueLayout.JAVA_DOUBLE, to + 8L * i, element);
    }
  }

  private static void narrow(MemorySegment from, MemorySegment to, long a, long b) {
    for (long i = a; i < b; i++) {
      to.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) from.getAtIndex(ValueLayout.JAVA_DOUBLE, i));
    }
  }
}
