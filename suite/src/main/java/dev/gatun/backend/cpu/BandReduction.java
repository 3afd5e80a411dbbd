package dev.gatun.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;

import dev.gatun.backend.Transpose;
import dev.gatun.bindings.openblas.OpenBlas;
import dev.gatun.natives.LapackStatus;
import dev.gatun.tensor.Holding;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Reduces a symmetric matrix to a band with the same eigenvalues, by Householder reflections in
 * blocks: the first of two stages to a tridiagonal matrix (Bischof, Lang and Sun, "A framework for
 * symmetric band reduction", ACM Trans. Math. Softw. 26, 2000; LAPACK's dsytrd_sy2sb). Nearly all
 * of its arithmetic is matrix products. A reduction in one stage spends half of its arithmetic on
 * products with vectors, which are bound by memory.
 *
 * <p>A panel of columns below the band is a block reflection Q = I − V·T·Vᵀ times a triangle. The
 * rest of the matrix becomes QᵀAQ = A − V·Wᵀ − W·Vᵀ with W = A·V·T − ½·V·(Tᵀ·Vᵀ·A·V·T). Only the
 * lower triangle is read. It is written in tiles that depend on the size alone, those on the
 * diagonal whole.
 */
final class BandReduction {
  private static final int TILE = 256;
  private static final int COLUMNS_PER_TASK = 1024;

  private final WorkerPool pool;
  private final int n;
  private final int width;
  private final MemorySegment a;
  private final MemorySegment band;

  /**
   * Rows of n doubles: Vᵀ, then Wᵀ, then Vᵀ again, each of as many rows as there are reflections.
   */
  private final MemorySegment vwv;

  /** (A·V)ᵀ. */
  private final MemorySegment product;

  private final MemorySegment tau;
  private final MemorySegment inner;
  private final MemorySegment triangle;
  private final MemorySegment outer;

  private BandReduction(
      WorkerPool pool,
      HostMemory memory,
      Arena arena,
      int n,
      int width,
      MemorySegment a,
      MemorySegment band) {
    this.pool = pool;
    this.n = n;
    this.width = width;
    this.a = a;
    this.band = band;
    this.vwv = memory.allocateScratch(arena, 24L * width * n);
    this.product = memory.allocateScratch(arena, 8L * width * n);
    this.tau = memory.allocateScratch(arena, 8L * width);
    this.inner = memory.allocateScratch(arena, 8L * width * width);
    this.triangle = memory.allocateScratch(arena, 8L * width * width);
    this.outer = memory.allocateScratch(arena, 8L * width * width);
  }

  /**
   * Reduces the matrix in the lower triangle of a [n, n], which is destroyed.
   *
   * @param width of the band below the diagonal
   * @param band zeros, in the layout that {@link BulgeChase} describes; the band is written there
   */
  static void reduce(
      WorkerPool pool, HostMemory memory, int n, int width, MemorySegment a, MemorySegment band) {
    // Shared, because the pool's threads use it.
    try (var arena = Holding.sharedArena()) {
      new BandReduction(pool, memory, arena, n, width, a, band).run();
    }
  }

  private void run() {
    int first = 0;
    for (; first + width < n; first += width) {
      keepDiagonalBlock(first, width);
      int below = first + width;
      int size = n - below;
      int reflections = Math.min(size, width);
      copyPanel(first, below, size);
      factorPanel(first, size, reflections);
      multiplyByReflections(below, size, reflections);
      formTriangle(size, reflections);
      formW(size, reflections);
      update(below, size, reflections);
    }
    keepDiagonalBlock(first, n - first);
  }

  private MemorySegment at(int row, int col) {
    return a.asSlice(8L * ((long) row * n + col));
  }

  /** Column {@code col} of row {@code row} of V, W and V. */
  private MemorySegment vwv(int row, int col) {
    return vwv.asSlice(8L * ((long) row * n + col));
  }

  private void keepDiagonalBlock(int first, int size) {
    for (int col = 0; col < size; col++) {
      for (int row = col; row < size; row++) {
        long element = (long) (first + row) * n + first + col;
        keep(first + row, first + col, a.getAtIndex(JAVA_DOUBLE, element));
      }
    }
  }

  private void keep(int row, int col, double value) {
    band.setAtIndex(JAVA_DOUBLE, (long) col * BulgeChase.rows(width) + row - col, value);
  }

  /** The panel's columns become rows of V. */
  private void copyPanel(int first, int below, int size) {
    RowChunks.of(size, width, 1 << 15)
        .forEach(
            pool,
            row -> {
              long from = (below + row) * n + first;
              for (int col = 0; col < width; col++) {
                vwv.setAtIndex(
                    JAVA_DOUBLE, (long) col * n + row, a.getAtIndex(JAVA_DOUBLE, from + col));
              }
            });
  }

  /** The panel becomes a triangle, which is part of the band, and the vectors V. */
  private void factorPanel(int first, int size, int reflections) {
    LapackStatus.check(
        "LAPACKE_dgeqrf",
        OpenBlas.LAPACKE_dgeqrf(OpenBlas.LAPACK_COL_MAJOR(), size, width, vwv, n, tau),
        "a panel of " + size + " rows and " + width + " columns");
    for (int col = 0; col < width; col++) {
      for (int row = 0; row <= Math.min(col, size - 1); row++) {
        keep(first + width + row, first + col, vwv.getAtIndex(JAVA_DOUBLE, (long) col * n + row));
      }
    }
    for (int col = 0; col < reflections; col++) {
      vwv.asSlice(8L * col * n, 8L * col).fill((byte) 0);
      vwv.setAtIndex(JAVA_DOUBLE, (long) col * n + col, 1);
    }
    MemorySegment.copy(vwv, 0, vwv, 16L * reflections * n, 8L * reflections * n);
  }

  /** product ← Vᵀ·A, from the lower triangle of A. */
  private void multiplyByReflections(int below, int size, int reflections) {
    pool.forEach(
        Math.ceilDiv(size, TILE),
        8L * TILE * TILE,
        (tile, scratch) -> {
          int i = tile * TILE;
          int rows = Math.min(TILE, size - i);
          int after = i + rows;
          symmetric(below + i, rows, scratch);
          MemorySegment to = product.asSlice(8L * i);
          multiply(Transpose.NO, reflections, rows, rows, vwv(0, i), scratch, rows, 0, to);
          multiply(Transpose.YES, reflections, rows, i, vwv, at(below + i, below), n, 1, to);
          if (after < size) {
            MemorySegment part = at(below + after, below + i);
            multiply(Transpose.NO, reflections, rows, size - after, vwv(0, after), part, n, 1, to);
          }
        });
  }

  /** to ← left·op(B) + beta·to with left [m, k] and to [m, cols], whose rows are n apart. */
  private void multiply(
      Transpose transpose,
      int m,
      int cols,
      int k,
      MemorySegment left,
      MemorySegment b,
      int ldb,
      double beta,
      MemorySegment to) {
    Blas.dgemm(Transpose.NO, transpose, m, cols, k, 1, left, n, b, ldb, beta, to, n);
  }

  /** to [rows, rows] ← the block on the diagonal from row {@code first} on, both triangles. */
  private void symmetric(int first, int rows, MemorySegment to) {
    for (int i = 0; i < rows; i++) {
      long from = (long) (first + i) * n + first;
      for (int j = 0; j <= i; j++) {
        double value = a.getAtIndex(JAVA_DOUBLE, from + j);
        to.setAtIndex(JAVA_DOUBLE, (long) i * rows + j, value);
        to.setAtIndex(JAVA_DOUBLE, (long) j * rows + i, value);
      }
    }
  }

  /** T, upper triangular, from VᵀV and tau (LAPACK's dlarft). */
  private void formTriangle(int size, int reflections) {
    square(reflections, size, vwv, vwv, inner);
    triangle.fill((byte) 0);
    for (int col = 0; col < reflections; col++) {
      double scale = tau.getAtIndex(JAVA_DOUBLE, col);
      for (int row = 0; row < col; row++) {
        double sum = 0;
        for (int i = row; i < col; i++) {
          sum +=
              triangle.getAtIndex(JAVA_DOUBLE, (long) row * reflections + i)
                  * inner.getAtIndex(JAVA_DOUBLE, (long) i * reflections + col);
        }
        triangle.setAtIndex(JAVA_DOUBLE, (long) row * reflections + col, -scale * sum);
      }
      triangle.setAtIndex(JAVA_DOUBLE, (long) col * reflections + col, scale);
    }
  }

  /** to [rows, rows] ← left·rightᵀ, both [rows, size] with rows that are n apart. */
  private void square(
      int rows, int size, MemorySegment left, MemorySegment right, MemorySegment to) {
    Blas.dgemm(Transpose.NO, Transpose.YES, rows, rows, size, 1, left, n, right, n, 0, to, rows);
  }

  /** Wᵀ ← Tᵀ·product − ½·Z·Vᵀ with Z = Tᵀ·(product·V)·T. */
  private void formW(int size, int reflections) {
    int k = reflections;
    square(k, size, product, vwv, inner);
    Blas.dgemm(Transpose.NO, Transpose.NO, k, k, k, 1, inner, k, triangle, k, 0, outer, k);
    Blas.dgemm(Transpose.YES, Transpose.NO, k, k, k, 1, triangle, k, outer, k, 0, inner, k);
    pool.forEach(
        WorkerPool.chunks(size, COLUMNS_PER_TASK),
        chunk -> {
          int from = chunk * COLUMNS_PER_TASK;
          int cols = Math.min(COLUMNS_PER_TASK, size - from);
          MemorySegment w = vwv(k, from);
          MemorySegment x = product.asSlice(8L * from);
          MemorySegment v = vwv(0, from);
          Blas.dgemm(Transpose.YES, Transpose.NO, k, cols, k, 1, triangle, k, x, n, 0, w, n);
          Blas.dgemm(Transpose.NO, Transpose.NO, k, cols, k, -0.5, inner, k, v, n, 1, w, n);
        });
  }

  /** A ← A − V·Wᵀ − W·Vᵀ in tiles of the lower triangle; those on the diagonal whole. */
  private void update(int below, int size, int reflections) {
    int bands = Math.ceilDiv(size, TILE);
    pool.forEach(
        bands * (bands + 1) / 2,
        tile -> {
          int band = (int) ((Math.sqrt(8.0 * tile + 1) - 1) / 2);
          int i = band * TILE;
          int j = (tile - band * (band + 1) / 2) * TILE;
          Blas.dgemm(
              Transpose.YES,
              Transpose.NO,
              Math.min(TILE, size - i),
              Math.min(TILE, size - j),
              2 * reflections,
              -1,
              vwv(0, i),
              n,
              vwv(reflections, j),
              n,
              1,
              at(below + i, below + j),
              n);
        });
  }
}
