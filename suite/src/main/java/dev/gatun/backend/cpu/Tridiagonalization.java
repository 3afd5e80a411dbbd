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

  private static final int TILE = 256;

  private final WorkerPool pool;
  private final int n;
  private final MemorySegment a;
  private final MemorySegment diagonal;
  private final MemorySegment offDiagonal;

  /** Rows of n doubles: BLOCK reflectors v, then as many w, then the v again. */
  private final MemorySegment vwv;

  /** Element i of the block's v, then of its w. */
  private final MemorySegment coefficients;

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
    this.vwv = memory.allocateScratch(arena, 3L * BLOCK * n * Double.BYTES);
    this.coefficients = memory.allocateScratch(arena, 2L * BLOCK * Double.BYTES);
    this.product = new SymmetricProduct(pool, memory, arena, n, a, BLOCK);
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
    for (int active = n; active > 0; ) {
      int block = Math.min(BLOCK, active);
      for (int done = 0; done < block; done++) {
        eliminateRow(active - 1 - done, done);
      }
      active -= block;
      updateLeadingBlock(active);
    }
  }

  private MemorySegment row(int i) {
    return a.asSlice(8L * i * n);
  }

  private MemorySegment v(int reflection) {
    return vwv.asSlice(8L * reflection * n);
  }

  private MemorySegment w(int reflection) {
    return v(BLOCK + reflection);
  }

  private MemorySegment vAgain(int reflection) {
    return v(2 * BLOCK + reflection);
  }

  /** Reflects row i onto its last two elements, after {@code done} reflections of this block. */
  private void eliminateRow(int i, int done) {
    applyReflectionsToRow(i, done);
    diagonal.setAtIndex(JAVA_DOUBLE, i, row(i).getAtIndex(JAVA_DOUBLE, i));
    if (i == 0) {
      return;
    }
    MemorySegment v = v(done);
    MemorySegment w = w(done);
    double tau = makeReflector(i, v);
    MemorySegment.copy(v, 0, vAgain(done), 0, 8L * i);
    if (tau == 0) {
      w.asSlice(0, 8L * i).fill((byte) 0);
      return;
    }
    // w ← tau·(A − Σ(vwᵀ + wvᵀ))·v, then w ← w − ½·tau·(wᵀv)·v.
    product.multiply(i, v, v(0), w(0), done, w);
    Vectors.scaleLoop(tau, w.address(), i);
    double dot = Vectors.dotLoop(w.address(), v.address(), i);
    Vectors.axpyLoop(-0.5 * tau * dot, v.address(), w.address(), i);
  }

  private void applyReflectionsToRow(int i, int done) {
    for (int q = 0; q < done; q++) {
      coefficients.setAtIndex(JAVA_DOUBLE, q, v(q).getAtIndex(JAVA_DOUBLE, i));
      coefficients.setAtIndex(JAVA_DOUBLE, BLOCK + q, w(q).getAtIndex(JAVA_DOUBLE, i));
    }
    if (done > 0) {
      MemorySegment row = row(i);
      MemorySegment ofV = coefficients;
      MemorySegment ofW = coefficients.asSlice(8L * BLOCK);
      Blas.dgemv(Transpose.YES, done, i + 1, -1, w(0), n, ofV, 1, row);
      Blas.dgemv(Transpose.YES, done, i + 1, -1, v(0), n, ofW, 1, row);
    }
  }

  /**
   * The reflection I − tau·vvᵀ that maps the first i elements of row i onto the last of them
   * (LAPACK's dlarfg): writes v with v[i − 1] = 1, and the element that remains; returns tau.
   */
  private double makeReflector(int i, MemorySegment v) {
    MemorySegment x = row(i);
    double alpha = x.getAtIndex(JAVA_DOUBLE, i - 1);
    double norm = Math.sqrt(Vectors.dotLoop(x.address(), x.address(), i - 1));
    if (norm == 0) {
      offDiagonal.setAtIndex(JAVA_DOUBLE, i - 1, alpha);
      v.asSlice(0, 8L * i).fill((byte) 0);
      return 0;
    }
    double beta = -Math.copySign(Math.hypot(alpha, norm), alpha);
    MemorySegment.copy(x, 0, v, 0, 8L * i);
    Vectors.scaleLoop(1 / (alpha - beta), v.address(), i - 1);
    v.setAtIndex(JAVA_DOUBLE, i - 1, 1);
    offDiagonal.setAtIndex(JAVA_DOUBLE, i - 1, beta);
    return (beta - alpha) / beta;
  }

  /** A ← A − VᵀW − WᵀV for the leading rows, in tiles; those on the diagonal whole. */
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
}
