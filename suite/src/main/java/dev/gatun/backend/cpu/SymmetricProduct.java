package dev.gatun.backend.cpu;

import dev.gatun.backend.Transpose;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Symmetric matrix times vector from the lower triangle, for {@link Tridiagonalization}.
 *
 * <p>The triangle is cut into bands of rows. The part of a band left of the diagonal serves twice,
 * block by block while it is in cache: as rows, for the band's own results, and as columns, for a
 * partial result of the band's own, so that partial results add up in a fixed order.
 */
final class SymmetricProduct {
  private static final int BAND = 64;

  /** Columns of a block: 256 KiB with {@link #BAND} rows, half of a small second-level cache. */
  private static final int BLOCK = 512;

  private static final int COLUMNS_PER_TASK = 256;

  private final WorkerPool pool;
  private final int n;
  private final MemorySegment a;

  /** For w and v, per band: dot products of v's part in the band with each earlier w and v. */
  private final MemorySegment dots;

  private final int mostPairs;

  /** Row b: what the rows of band b, read as columns, add to the result. */
  private final MemorySegment partials;

  /**
   * For products with the symmetric matrix in a [n, n].
   *
   * @param mostPairs the most earlier pairs that {@link #multiply} will be given
   */
  SymmetricProduct(
      WorkerPool pool, HostMemory memory, Arena arena, int n, MemorySegment a, int mostPairs) {
    this.pool = pool;
    this.n = n;
    this.a = a;
    this.mostPairs = mostPairs;
    int bands = Math.ceilDiv(n, BAND);
    this.partials = memory.allocateScratch(arena, 8L * bands * n);
    this.dots = memory.allocateScratch(arena, 16L * (bands + 1) * mostPairs);
  }

  /**
   * result ← A·v − Σ (v_q·(w_qᵀv) + w_q·(v_qᵀv)) over the leading {@code size} rows, for {@code
   * count} earlier pairs v_q, w_q.
   *
   * @param earlierV row q, n doubles long, is v_q; likewise {@code earlierW}
   */
  void multiply(
      int size,
      MemorySegment v,
      MemorySegment earlierV,
      MemorySegment earlierW,
      int count,
      MemorySegment result) {
    int bands = Math.ceilDiv(size, BAND);
    pool.forEach(
        bands,
        task -> {
          // The longest band first.
          int band = bands - 1 - task;
          multiplyBand(band, size, v, result);
          dotsOfBand(band, size, v, earlierV, earlierW, count);
        });
    sumDots(bands);
    pool.forEach(
        WorkerPool.chunks(size, COLUMNS_PER_TASK),
        chunk -> {
          int from = chunk * COLUMNS_PER_TASK;
          int to = Math.min(size, from + COLUMNS_PER_TASK);
          addPartials(from, to, bands, result);
          if (count > 0) {
            MemorySegment part = at(result, from);
            MemorySegment withV = at(dots, mostPairs);
            Blas.dgemv(Transpose.YES, count, to - from, -1, at(earlierV, from), n, dots, 1, part);
            Blas.dgemv(Transpose.YES, count, to - from, -1, at(earlierW, from), n, withV, 1, part);
          }
        });
  }

  private static MemorySegment at(MemorySegment vector, long index) {
    return vector.asSlice(8 * index);
  }

  private void multiplyBand(int band, int size, MemorySegment v, MemorySegment result) {
    int start = band * BAND;
    int rows = Math.min(size - start, BAND);
    MemorySegment own = result.asSlice(8L * start, 8L * rows).fill((byte) 0);
    MemorySegment vOfBand = at(v, start);
    MemorySegment band0 = at(a, (long) start * n);
    for (int j = 0; j < start; j += BLOCK) {
      int cols = Math.min(BLOCK, start - j);
      MemorySegment block = at(band0, j);
      Blas.dgemv(Transpose.NO, rows, cols, 1, block, n, at(v, j), 1, own);
      MemorySegment partial = at(partials, (long) band * n + j);
      Blas.dgemv(Transpose.YES, rows, cols, 1, block, n, vOfBand, 0, partial);
    }
    Blas.addDsymv(rows, at(band0, start), n, vOfBand, own);
  }

  private void dotsOfBand(
      int band,
      int size,
      MemorySegment v,
      MemorySegment earlierV,
      MemorySegment earlierW,
      int count) {
    if (count == 0) {
      return;
    }
    int start = band * BAND;
    int length = Math.min(size - start, BAND);
    MemorySegment part = at(v, start);
    // The first row of dots is for the sums.
    MemorySegment withW = at(dots, 2L * (band + 1) * mostPairs);
    MemorySegment withV = at(withW, mostPairs);
    Blas.dgemv(Transpose.NO, count, length, 1, at(earlierW, start), n, part, 0, withW);
    Blas.dgemv(Transpose.NO, count, length, 1, at(earlierV, start), n, part, 0, withV);
  }

  private void sumDots(int bands) {
    int length = 2 * mostPairs;
    dots.asSlice(0, 8L * length).fill((byte) 0);
    for (int band = 1; band <= bands; band++) {
      Vectors.axpyLoop(1, dots.address() + 8L * band * length, dots.address(), length);
    }
  }

  /** Adds what bands below read as columns; a band's own columns are in its own results. */
  private void addPartials(int from, int to, int bands, MemorySegment result) {
    for (int band = from / BAND + 1; band < bands; band++) {
      int columns = Math.min(to, band * BAND) - from;
      long partial = partials.address() + 8L * ((long) band * n + from);
      Vectors.axpyLoop(1, partial, result.address() + 8L * from, columns);
    }
  }
}
