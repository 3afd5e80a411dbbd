package dev.gatun.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;

import java.lang.foreign.Arena;
import jdk.incubator.vector.DoubleVector;

/**
 * Symmetric matrix times vector, reading each element of the lower triangle once, for {@link
 * Tridiagonalization}.
 *
 * <p>The matrix is cut into bands of {@link #BAND} rows. The square of a band on the diagonal is
 * held whole, the rest of its rows serves twice: as rows, for the band's own results, and as
 * columns, for a partial result of the band's own, so that partial results add up in a fixed order.
 */
final class SymmetricProduct {
  /** Rows of a band. */
  static final int BAND = 64;

  private static final int COLUMNS_PER_TASK = 256;

  private final WorkerPool pool;
  private final int n;
  private final long a;
  private final int mostReflections;

  /** Row b: what the rows of band b, read as columns, add to the result. */
  private final long partials;

  /** Row b: dot products of v's part in band b with earlier w (first) and v. */
  private final long dots;

  /** The sums of {@link #dots} over the bands. */
  private final double[] dotSums;

  SymmetricProduct(
      WorkerPool pool, HostMemory memory, Arena arena, int n, long a, int mostReflections) {
    this.pool = pool;
    this.n = n;
    this.a = a;
    this.mostReflections = mostReflections;
    int bands = Math.ceilDiv(n, BAND);
    this.partials = memory.allocate(arena, 8L * bands * n).address();
    this.dots = memory.allocate(arena, 8L * bands * 2 * mostReflections).address();
    this.dotSums = new double[2 * mostReflections];
  }

  /** Copies the lower triangle of each band's square on the diagonal to its upper triangle. */
  void mirrorDiagonalBands() {
    pool.forEach(
        Math.ceilDiv(n, BAND),
        band -> {
          int end = Math.min(n, (band + 1) * BAND);
          for (int i = band * BAND; i < end; i++) {
            for (int j = i + 1; j < end; j++) {
              set(a + 8L * ((long) i * n + j), get(a + 8L * ((long) j * n + i)));
            }
          }
        });
  }

  /**
   * result ← tau·(A·v − Σ (v_q·(w_qᵀv) + w_q·(v_qᵀv))) over the leading {@code size} rows, for
   * {@code count} earlier pairs v_q, w_q that lie n doubles apart.
   */
  void multiply(
      int size, long v, double tau, long earlierV, long earlierW, int count, long result) {
    int bands = Math.ceilDiv(size, BAND);
    pool.forEach(
        bands,
        task -> {
          int band = bands - 1 - task;
          multiplyBand(band, size, v, result);
          dotsOfBand(band, size, v, earlierV, earlierW, count);
        });
    sumDots(bands, count);
    pool.forEach(
        WorkerPool.chunks(size, COLUMNS_PER_TASK),
        chunk -> {
          int from = chunk * COLUMNS_PER_TASK;
          int to = Math.min(size, from + COLUMNS_PER_TASK);
          addUp(from, to, bands, tau, earlierV, earlierW, count, result);
        });
  }

  private void multiplyBand(int band, int size, long v, long result) {
    int start = band * BAND;
    int end = Math.min(size, start + BAND);
    long partial = partials + 8L * band * n;
    Lanes.MEMORY.asSlice(partial, 8L * start).fill((byte) 0);
    int i = start;
    for (; i + 4 <= end; i += 4) {
      fourRows(a + 8L * i * n, 8L * n, v, start, end, v + 8L * i, partial, result + 8L * i);
    }
    for (; i < end; i++) {
      oneRow(a + 8L * i * n, v, start, end, get(v + 8L * i), partial, result + 8L * i);
    }
  }

  private static void fourRows(
      long row, long stride, long v, int start, int end, long factors, long partial, long result) {
    DoubleVector sum0 = DoubleLanes.ZERO;
    DoubleVector sum1 = DoubleLanes.ZERO;
    DoubleVector sum2 = DoubleLanes.ZERO;
    DoubleVector sum3 = DoubleLanes.ZERO;
    long row1 = row + stride;
    long row2 = row1 + stride;
    long row3 = row2 + stride;
    DoubleVector factor0 = DoubleLanes.broadcast(get(factors));
    DoubleVector factor1 = DoubleLanes.broadcast(get(factors + 8));
    DoubleVector factor2 = DoubleLanes.broadcast(get(factors + 16));
    DoubleVector factor3 = DoubleLanes.broadcast(get(factors + 24));
    // The start of a band is a whole number of vectors.
    for (int j = 0; j < start; j += DoubleLanes.WIDTH) {
      long at = 8L * j;
      DoubleVector x = DoubleLanes.load(v + at);
      DoubleVector a0 = DoubleLanes.load(row + at);
      DoubleVector a1 = DoubleLanes.load(row1 + at);
      DoubleVector a2 = DoubleLanes.load(row2 + at);
      DoubleVector a3 = DoubleLanes.load(row3 + at);
      sum0 = a0.fma(x, sum0);
      sum1 = a1.fma(x, sum1);
      sum2 = a2.fma(x, sum2);
      sum3 = a3.fma(x, sum3);
      DoubleVector p = a0.fma(factor0, DoubleLanes.load(partial + at));
      p = a3.fma(factor3, a2.fma(factor2, a1.fma(factor1, p)));
      DoubleLanes.store(p, partial + at);
    }
    long diagonal = 8L * start;
    int rest = end - start;
    set(result, DoubleLanes.sum(sum0) + Vectors.dot(row + diagonal, v + diagonal, rest));
    set(result + 8, DoubleLanes.sum(sum1) + Vectors.dot(row1 + diagonal, v + diagonal, rest));
    set(result + 16, DoubleLanes.sum(sum2) + Vectors.dot(row2 + diagonal, v + diagonal, rest));
    set(result + 24, DoubleLanes.sum(sum3) + Vectors.dot(row3 + diagonal, v + diagonal, rest));
  }

  private static void oneRow(
      long row, long v, int start, int end, double factor, long partial, long result) {
    set(result, Vectors.dot(row, v, end));
    Vectors.axpy(factor, row, partial, start);
  }

  private void dotsOfBand(int band, int size, long v, long earlierV, long earlierW, int count) {
    int start = band * BAND;
    int length = Math.min(size, start + BAND) - start;
    long to = dots + 8L * band * 2 * mostReflections;
    long part = v + 8L * start;
    for (int q = 0; q < count; q++) {
      long offset = 8L * ((long) q * n + start);
      set(to + 16L * q, Vectors.dot(earlierW + offset, part, length));
      set(to + 16L * q + 8, Vectors.dot(earlierV + offset, part, length));
    }
  }

  private void sumDots(int bands, int count) {
    for (int q = 0; q < 2 * count; q++) {
      double sum = 0;
      for (int band = 0; band < bands; band++) {
        sum += get(dots + 8L * ((long) band * 2 * mostReflections + q));
      }
      dotSums[q] = sum;
    }
  }

  private void addUp(
      int from,
      int to,
      int bands,
      double tau,
      long earlierV,
      long earlierW,
      int count,
      long result) {
    int length = to - from;
    long at = result + 8L * from;
    // Columns of the diagonal square belong to the band's own rows: only later bands add to them.
    for (int band = from / BAND + 1; band < bands; band++) {
      int columns = Math.min(to, band * BAND) - from;
      Vectors.axpy(1, partials + 8L * ((long) band * n + from), at, columns);
    }
    for (int q = 0; q < count; q++) {
      long offset = 8L * ((long) q * n + from);
      Vectors.axpy(-dotSums[2 * q], earlierV + offset, at, length);
      Vectors.axpy(-dotSums[2 * q + 1], earlierW + offset, at, length);
    }
    for (int j = 0; j < length; j++) {
      set(at + 8L * j, tau * get(at + 8L * j));
    }
  }

  private static double get(long address) {
    return Lanes.MEMORY.get(JAVA_DOUBLE, address);
  }

  private static void set(long address, double value) {
    Lanes.MEMORY.set(JAVA_DOUBLE, address, value);
  }
}
