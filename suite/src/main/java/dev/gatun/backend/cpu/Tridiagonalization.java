package dev.gatun.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;

import dev.gatun.backend.Transpose;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Reduces a symmetric matrix to a tridiagonal one with the same eigenvalues, by Householder
 * reflections in blocks (Dongarra, Hammarling and Sorensen, "Block reduction of matrices to
 * condensed forms for eigenvalue computations", J. Comput. Appl. Math. 27, 1989; LAPACK's dsytrd).
 *
 * <p>Rows are eliminated from the last to the first, so that all memory is read along rows of the
 * lower triangle. Half of the arithmetic is one product of matrix and vector per row, which only
 * memory bounds: {@link SymmetricProduct} reads each element once. The other half is matrix
 * products on tiles.
 */
final class Tridiagonalization {
  /** Reflections per block. */
  private static final int BLOCK = 32;

  private static final int COLUMNS_PER_TASK = 512;
  private static final int TILE = 4 * SymmetricProduct.BAND;

  private final WorkerPool pool;
  private final int n;
  private final MemorySegment a;
  private final MemorySegment diagonal;
  private final MemorySegment offDiagonal;

  /** Rows of n doubles: BLOCK reflectors v, then as many w, then the v again. */
  private final MemorySegment vwv;

  private final SymmetricProduct product;

  private Tridiagonalization(
      WorkerPool pool,
      HostMemory memory,
      Arena arena,
      int n,
      MemorySegment a,
      MemorySegment diagonal,
      MemorySegment offDiagonal) {
    this.pool = pool;
    this.n = n;
    this.a = a;
    this.diagonal = diagonal;
    this.offDiagonal = offDiagonal;
    this.vwv = memory.allocate(arena, 3L * BLOCK * n * Double.BYTES);
    this.product = new SymmetricProduct(pool, memory, arena, n, a.address(), 2 * BLOCK);
  }

  /**
   * Reduces the matrix in the lower triangle of a [n, n], which is destroyed.
   *
   * @param diagonal [n], overwritten
   * @param offDiagonal [n − 1], overwritten
   */
  static void reduce(
      WorkerPool pool,
      HostMemory memory,
      int n,
      MemorySegment a,
      MemorySegment diagonal,
      MemorySegment offDiagonal) {
    // Shared, because the pool's threads use it.
    try (var arena = Arena.ofShared()) {
      new Tridiagonalization(pool, memory, arena, n, a, diagonal, offDiagonal).run();
    }
  }

  private void run() {
    product.mirrorDiagonalBands();
    for (int active = n; active > 0; ) {
      int block = Math.min(BLOCK, active);
      for (int done = 0; done < block; done++) {
        eliminateRow(active - 1 - done, done);
      }
      active -= block;
      updateLeadingBlock(active);
    }
  }

  private long row(int i) {
    return a.address() + 8L * i * n;
  }

  private long v(int reflection) {
    return vwv.address() + 8L * reflection * n;
  }

  private long w(int reflection) {
    return vwv.address() + 8L * (BLOCK + reflection) * n;
  }

  /** Reflects row i onto its last two elements, after {@code done} reflections of this block. */
  private void eliminateRow(int i, int done) {
    applyReflectionsToRow(i, done);
    diagonal.setAtIndex(JAVA_DOUBLE, i, get(row(i), i));
    if (i == 0) {
      return;
    }
    double tau = makeReflector(i, v(done));
    MemorySegment.copy(vwv, 8L * done * n, vwv, 8L * (2 * BLOCK + done) * n, 8L * i);
    long w = w(done);
    if (tau == 0) {
      Lanes.MEMORY.asSlice(w, 8L * i).fill((byte) 0);
      return;
    }
    // w ← tau·(A − Σ(vwᵀ + wvᵀ))·v, then w ← w − ½·tau·(wᵀv)·v.
    product.multiply(i, v(done), tau, v(0), w(0), done, w);
    Vectors.axpy(-0.5 * tau * Vectors.dot(w, v(done), i), v(done), w, i);
  }

  private void applyReflectionsToRow(int i, int done) {
    if (done == 0) {
      return;
    }
    pool.forEach(
        WorkerPool.chunks(i + 1, COLUMNS_PER_TASK),
        chunk -> {
          int from = chunk * COLUMNS_PER_TASK;
          int count = Math.min(COLUMNS_PER_TASK, i + 1 - from);
          for (int q = 0; q < done; q++) {
            Vectors.axpy(-get(v(q), i), w(q) + 8L * from, row(i) + 8L * from, count);
            Vectors.axpy(-get(w(q), i), v(q) + 8L * from, row(i) + 8L * from, count);
          }
        });
  }

  /**
   * The reflection I − tau·vvᵀ that maps the first i elements of row i onto the last of them
   * (LAPACK's dlarfg): writes v with v[i − 1] = 1, and the element that remains; returns tau.
   */
  private double makeReflector(int i, long v) {
    long x = row(i);
    double alpha = get(x, i - 1);
    double norm = Math.sqrt(Vectors.dot(x, x, i - 1));
    if (norm == 0) {
      offDiagonal.setAtIndex(JAVA_DOUBLE, i - 1, alpha);
      Lanes.MEMORY.asSlice(v, 8L * i).fill((byte) 0);
      return 0;
    }
    double beta = -Math.copySign(Math.hypot(alpha, norm), alpha);
    double factor = 1 / (alpha - beta);
    for (int k = 0; k < i - 1; k++) {
      set(v, k, factor * get(x, k));
    }
    set(v, i - 1, 1);
    offDiagonal.setAtIndex(JAVA_DOUBLE, i - 1, beta);
    return (beta - alpha) / beta;
  }

  /** A ← A − VᵀW − WᵀV for the leading rows, in tiles; whole tiles on the diagonal. */
  private void updateLeadingBlock(int rows) {
    if (rows == 0) {
      return;
    }
    int bands = Math.ceilDiv(rows, TILE);
    pool.forEach(
        bands * bands,
        tile -> {
          int i = tile / bands * TILE;
          int j = tile % bands * TILE;
          if (j <= i) {
            Blas.dgemm(
                Transpose.YES,
                Transpose.NO,
                Math.min(TILE, rows - i),
                Math.min(TILE, rows - j),
                2 * BLOCK,
                -1,
                vwv.asSlice(8L * i),
                n,
                vwv.asSlice(8L * ((long) BLOCK * n + j)),
                n,
                1,
                a.asSlice(8L * ((long) i * n + j)),
                n);
          }
        });
  }

  private static double get(long vector, int index) {
    return Lanes.MEMORY.get(JAVA_DOUBLE, vector + 8L * index);
  }

  private static void set(long vector, int index, double value) {
    Lanes.MEMORY.set(JAVA_DOUBLE, vector + 8L * index, value);
  }
}
