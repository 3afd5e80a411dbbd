package dev.gatun.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.gatun.backend.Parts;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Elementwise operations and sums over whole tensors, F32 or F64, in chunks of fixed size. */
final class Vectors implements Parts.Vectors {
  private static final int CHUNK = 1 << 15;

  private final WorkerPool pool;

  Vectors(WorkerPool pool) {
    this.pool = pool;
  }

  /** What is done to the elements from index {@code from} on, {@code count} of them. */
  @FunctionalInterface
  private interface Chunk {
    void run(int number, long from, int count);
  }

  private void forEachChunk(long size, Chunk body) {
    pool.forEach(
        WorkerPool.chunks(size, CHUNK),
        chunk -> {
          long from = (long) chunk * CHUNK;
          body.run(chunk, from, (int) Math.min(CHUNK, size - from));
        });
  }

  /** y ← y + alpha·x. */
  @Override
  public void axpy(double alpha, Tensor x, Tensor y) {
    long in = Lanes.address(x);
    long out = Lanes.address(y);
    if (x.type() == ElementType.F32) {
      forEachChunk(
          x.size(), (_, from, n) -> axpyLoop((float) alpha, in + 4 * from, out + 4 * from, n));
    } else {
      forEachChunk(x.size(), (_, from, n) -> axpyLoop(alpha, in + 8 * from, out + 8 * from, n));
    }
  }

  private static void axpyLoop(float alpha, long x, long y, int n) {
    FloatVector factor = Lanes.broadcast(alpha);
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      FloatVector sum = Lanes.load(x + at, full, rest).fma(factor, Lanes.load(y + at, full, rest));
      Lanes.store(sum, y + at, full, rest);
    }
  }

  /** y ← y + alpha·x for n doubles. */
  static void axpyLoop(double alpha, long x, long y, int n) {
    DoubleVector factor = DoubleLanes.broadcast(alpha);
    int whole = DoubleLanes.whole(n);
    for (int i = 0; i < whole; i += DoubleLanes.WIDTH) {
      DoubleLanes.store(
          DoubleLanes.load(x + 8L * i).fma(factor, DoubleLanes.load(y + 8L * i)), y + 8L * i);
    }
    if (whole < n) {
      var rest = DoubleLanes.rest(n);
      long at = 8L * whole;
      DoubleLanes.store(
          DoubleLanes.load(x + at, rest).fma(factor, DoubleLanes.load(y + at, rest)), y + at, rest);
    }
  }

  /** x ← alpha·x. */
  @Override
  public void scale(double alpha, Tensor x) {
    long at = Lanes.address(x);
    if (x.type() == ElementType.F32) {
      forEachChunk(x.size(), (_, from, n) -> scaleLoop((float) alpha, at + 4 * from, n));
    } else {
      forEachChunk(x.size(), (_, from, n) -> scaleLoop(alpha, at + 8 * from, n));
    }
  }

  private static void scaleLoop(float alpha, long x, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      Lanes.store(Lanes.load(x + at, full, rest).mul(alpha), x + at, full, rest);
    }
  }

  /** x ← alpha·x for n doubles. */
  static void scaleLoop(double alpha, long x, int n) {
    int whole = DoubleLanes.whole(n);
    for (int i = 0; i < whole; i += DoubleLanes.WIDTH) {
      DoubleLanes.store(DoubleLanes.load(x + 8L * i).mul(alpha), x + 8L * i);
    }
    if (whole < n) {
      var rest = DoubleLanes.rest(n);
      DoubleLanes.store(DoubleLanes.load(x + 8L * whole, rest).mul(alpha), x + 8L * whole, rest);
    }
  }

  /** Σ xᵢ·yᵢ in f64: a sum per chunk, then over the chunks in order. */
  @Override
  public double dot(Tensor x, Tensor y) {
    long a = Lanes.address(x);
    long b = Lanes.address(y);
    double[] sums = new double[WorkerPool.chunks(x.size(), CHUNK)];
    if (x.type() == ElementType.F32) {
      forEachChunk(
          x.size(), (chunk, from, n) -> sums[chunk] = dotFloatsLoop(a + 4 * from, b + 4 * from, n));
    } else {
      forEachChunk(
          x.size(), (chunk, from, n) -> sums[chunk] = dotLoop(a + 8 * from, b + 8 * from, n));
    }
    double sum = 0;
    for (double part : sums) {
      sum += part;
    }
    return sum;
  }

  @Override
  public void addDot(double alpha, Tensor x, Tensor y, Tensor sum) {
    MemorySegment total = sum.memory();
    total.set(JAVA_DOUBLE, 0, total.get(JAVA_DOUBLE, 0) + alpha * dot(x, y));
  }

  private static double dotFloatsLoop(long x, long y, int n) {
    int whole = DoubleLanes.whole(n);
    DoubleVector sum = DoubleLanes.zero();
    for (int i = 0; i < whole; i += DoubleLanes.WIDTH) {
      sum = DoubleLanes.loadFloats(x + 4L * i).fma(DoubleLanes.loadFloats(y + 4L * i), sum);
    }
    double total = DoubleLanes.sum(sum);
    for (int i = whole; i < n; i++) {
      total +=
          (double) Lanes.MEMORY.get(JAVA_FLOAT, x + 4L * i)
              * Lanes.MEMORY.get(JAVA_FLOAT, y + 4L * i);
    }
    return total;
  }

  /** Σ xᵢ·yᵢ of n doubles. */
  static double dotLoop(long x, long y, int n) {
    int whole = DoubleLanes.whole(n);
    DoubleVector sum = DoubleLanes.zero();
    for (int i = 0; i < whole; i += DoubleLanes.WIDTH) {
      sum = DoubleLanes.load(x + 8L * i).fma(DoubleLanes.load(y + 8L * i), sum);
    }
    if (whole < n) {
      var rest = DoubleLanes.rest(n);
      sum = DoubleLanes.load(x + 8L * whole, rest).fma(DoubleLanes.load(y + 8L * whole, rest), sum);
    }
    return DoubleLanes.sum(sum);
  }

  /** Index of the first NaN or infinity, or −1. */
  @Override
  public long firstNonFinite(Tensor x) {
    MemorySegment memory = x.memory();
    long at = Lanes.address(x);
    long[] first = new long[WorkerPool.chunks(x.size(), CHUNK)];
    if (x.type() == ElementType.F32) {
      forEachChunk(
          x.size(),
          (chunk, from, n) ->
              first[chunk] = allFiniteFloatsLoop(at + 4 * from, n) ? -1 : badFloat(memory, from));
    } else {
      forEachChunk(
          x.size(),
          (chunk, from, n) ->
              first[chunk] = allFiniteDoublesLoop(at + 8 * from, n) ? -1 : badDouble(memory, from));
    }
    return Arrays.stream(first).filter(index -> index >= 0).findFirst().orElse(-1);
  }

  private static boolean allFiniteFloatsLoop(long x, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    FloatVector zeros = Lanes.zero();
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      // 0·x is NaN exactly if x is not finite.
      FloatVector lanes = Lanes.load(x + 4L * i, i <= n - Lanes.WIDTH, rest);
      zeros = lanes.fma(Lanes.ZERO, zeros);
    }
    return zeros.test(VectorOperators.IS_FINITE).allTrue();
  }

  private static boolean allFiniteDoublesLoop(long x, int n) {
    int whole = DoubleLanes.whole(n);
    DoubleVector zeros = DoubleLanes.zero();
    for (int i = 0; i < whole; i += DoubleLanes.WIDTH) {
      zeros = DoubleLanes.load(x + 8L * i).fma(DoubleLanes.ZERO, zeros);
    }
    if (whole < n) {
      zeros = DoubleLanes.load(x + 8L * whole, DoubleLanes.rest(n)).fma(DoubleLanes.ZERO, zeros);
    }
    return zeros.test(VectorOperators.IS_FINITE).allTrue();
  }

  private static long badFloat(MemorySegment x, long from) {
    long i = from;
    while (Float.isFinite(x.getAtIndex(JAVA_FLOAT, i))) {
      i++;
    }
    return i;
  }

  private static long badDouble(MemorySegment x, long from) {
    long i = from;
    while (Double.isFinite(x.getAtIndex(JAVA_DOUBLE, i))) {
      i++;
    }
    return i;
  }

  /** Sets every element. */
  @Override
  public void fill(Tensor x, double value) {
    MemorySegment memory = x.memory();
    if (x.type() == ElementType.F32) {
      forEachChunk(
          x.size(),
          (_, from, n) -> {
            for (int i = 0; i < n; i++) {
              memory.setAtIndex(JAVA_FLOAT, from + i, (float) value);
            }
          });
    } else {
      forEachChunk(
          x.size(),
          (_, from, n) -> {
            for (int i = 0; i < n; i++) {
              memory.setAtIndex(JAVA_DOUBLE, from + i, value);
            }
          });
    }
  }

  /** Copies between tensors of equal size, converting between F32 and F64. */
  @Override
  public void copy(Tensor from, Tensor to) {
    long in = Lanes.address(from);
    long out = Lanes.address(to);
    if (from.type() == to.type()) {
      long size = from.type().byteSize();
      forEachChunk(
          from.size(),
          (_, start, n) ->
              MemorySegment.copy(from.memory(), size * start, to.memory(), size * start, size * n));
    } else if (from.type() == ElementType.F32) {
      forEachChunk(from.size(), (_, start, n) -> widenLoop(in + 4 * start, out + 8 * start, n));
    } else {
      forEachChunk(from.size(), (_, start, n) -> narrowLoop(in + 8 * start, out + 4 * start, n));
    }
  }

  /** n F32 elements to F64. */
  static void widenLoop(long from, long to, int n) {
    int whole = DoubleLanes.whole(n);
    for (int i = 0; i < whole; i += DoubleLanes.WIDTH) {
      DoubleLanes.store(DoubleLanes.loadFloats(from + 4L * i), to + 8L * i);
    }
    for (int i = whole; i < n; i++) {
      Lanes.MEMORY.set(JAVA_DOUBLE, to + 8L * i, Lanes.MEMORY.get(JAVA_FLOAT, from + 4L * i));
    }
  }

  /** n F64 elements to F32, rounded to nearest. */
  static void narrowLoop(long from, long to, int n) {
    int whole = DoubleLanes.whole(n);
    for (int i = 0; i < whole; i += DoubleLanes.WIDTH) {
      DoubleLanes.storeFloats(DoubleLanes.load(from + 8L * i), to + 4L * i);
    }
    for (int i = whole; i < n; i++) {
      Lanes.MEMORY.set(
          JAVA_FLOAT, to + 4L * i, (float) Lanes.MEMORY.get(JAVA_DOUBLE, from + 8L * i));
    }
  }
}
