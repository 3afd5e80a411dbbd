package dev.gatun.backend.cpu;

import dev.gatun.backend.Parts;
import dev.gatun.bindings.openblas.OpenBlas;
import dev.gatun.natives.LapackStatus;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Holding;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * Symmetric eigenvalues, QR and Cholesky by the library's LAPACK, F32 or F64, on row-major
 * matrices; singular values are in {@link SingularValues}.
 *
 * <p>LAPACK reads columns: a row-major matrix is to it the transposed one, its lower triangle the
 * upper one. Where that is enough nothing is copied.
 */
final class Lapack implements Parts.Lapack {
  /** Below this, LAPACK's own routine computes eigenvalues, on one thread. */
  private static final int LEAST_PARALLEL_ROWS = 512;

  private static final int COL_MAJOR = OpenBlas.LAPACK_COL_MAJOR();
  private static final byte UPPER = 'U';

  /**
   * Width of the band between the two stages. A wide one makes better products of the first stage,
   * and more work of the second, which one thread does.
   */
  private static final int NARROW_BAND = 32;

  private static final int WIDE_BAND = 64;
  private static final int LEAST_ROWS_OF_A_WIDE_BAND = 8192;

  private final WorkerPool pool;
  private final HostMemory memory;

  Lapack(WorkerPool pool, HostMemory memory) {
    this.pool = pool;
    this.memory = memory;
  }

  @Override
  public void symmetricEigenvalues(Tensor a, Tensor eigenvalues) {
    int n = Math.toIntExact(a.cols());
    if (n < LEAST_PARALLEL_ROWS) {
      syevd('N', a, eigenvalues);
    } else if (a.type() == ElementType.F64) {
      reduceAndSolve(n, a, eigenvalues);
    } else {
      try (var scope = new HostScope(memory)) {
        var vectors = new Vectors(pool);
        Tensor wideA = scope.zeros(ElementType.F64, n, n);
        Tensor wideValues = scope.zeros(ElementType.F64, n);
        vectors.copy(a, wideA);
        reduceAndSolve(n, wideA, wideValues);
        vectors.copy(wideValues, eigenvalues);
      }
    }
  }

  private void reduceAndSolve(int n, Tensor a, Tensor eigenvalues) {
    double scale = SymmetricScaling.apply(pool, n, a.memory());
    MemorySegment values = eigenvalues.memory();
    int width = n < LEAST_ROWS_OF_A_WIDE_BAND ? NARROW_BAND : WIDE_BAND;
    try (var arena = Holding.sharedArena()) {
      long size = BulgeChase.columns(n, width) * BulgeChase.rows(width);
      MemorySegment band = memory.allocate(arena, 8 * size);
      MemorySegment offDiagonal = memory.allocate(arena, 8L * n);
      BandReduction.reduce(pool, memory, n, width, a.memory(), band);
      BulgeChase.run(memory, n, width, BulgeChase.SWEEPS, band, values, offDiagonal);
      check("LAPACKE_dsterf", OpenBlas.LAPACKE_dsterf(n, values, offDiagonal), a);
    }
    if (scale != 1) {
      new Vectors(pool).scale(1 / scale, eigenvalues);
    }
  }

  @Override
  public void symmetricEigenvectors(Tensor a, Tensor eigenvalues) {
    syevd('V', a, eigenvalues);
  }

  private void syevd(char job, Tensor a, Tensor eigenvalues) {
    int n = Math.toIntExact(a.cols());
    if (n == 0) {
      return;
    }
    MemorySegment values = eigenvalues.memory();
    if (a.type() == ElementType.F32) {
      check(
          "LAPACKE_ssyevd",
          OpenBlas.LAPACKE_ssyevd(COL_MAJOR, (byte) job, UPPER, n, a.memory(), n, values),
          a);
    } else {
      check(
          "LAPACKE_dsyevd",
          OpenBlas.LAPACKE_dsyevd(COL_MAJOR, (byte) job, UPPER, n, a.memory(), n, values),
          a);
    }
  }

  @Override
  public void qr(Tensor a, Tensor r) {
    int m = Math.toIntExact(a.rows());
    int n = Math.toIntExact(a.cols());
    if (n == 0) {
      return;
    }
    try (var scope = new HostScope(memory)) {
      Tensor columns = scope.zeros(a.type(), n, m);
      Tensor tau = scope.zeros(a.type(), n);
      Transposition.transpose(pool, a, columns);
      MemorySegment q = columns.memory();
      boolean single = a.type() == ElementType.F32;
      check(
          single ? "LAPACKE_sgeqrf" : "LAPACKE_dgeqrf",
          single
              ? OpenBlas.LAPACKE_sgeqrf(COL_MAJOR, m, n, q, m, tau.memory())
              : OpenBlas.LAPACKE_dgeqrf(COL_MAJOR, m, n, q, m, tau.memory()),
          a);
      // R's column j is the start of row j here.
      Tensor triangle = scope.zeros(a.type(), n, n);
      long size = a.type().byteSize();
      for (long j = 0; j < n; j++) {
        MemorySegment.copy(q, j * m * size, triangle.memory(), j * n * size, (j + 1) * size);
      }
      Transposition.transpose(pool, triangle, r);
      check(
          single ? "LAPACKE_sorgqr" : "LAPACKE_dorgqr",
          single
              ? OpenBlas.LAPACKE_sorgqr(COL_MAJOR, m, n, n, q, m, tau.memory())
              : OpenBlas.LAPACKE_dorgqr(COL_MAJOR, m, n, n, q, m, tau.memory()),
          a);
      Transposition.transpose(pool, columns, a);
    }
  }

  @Override
  public void cholesky(Tensor a) {
    int n = Math.toIntExact(a.cols());
    if (n == 0) {
      return;
    }
    boolean single = a.type() == ElementType.F32;
    check(
        single ? "LAPACKE_spotrf" : "LAPACKE_dpotrf",
        single
            ? OpenBlas.LAPACKE_spotrf(COL_MAJOR, UPPER, n, a.memory(), n)
            : OpenBlas.LAPACKE_dpotrf(COL_MAJOR, UPPER, n, a.memory(), n),
        a);
    long size = a.type().byteSize();
    for (long i = 0; i < n; i++) {
      a.memory().asSlice((i * n + i + 1) * size, (n - 1 - i) * size).fill((byte) 0);
    }
  }

  /** As {@link dev.gatun.backend.Backend#choleskySolve}: two triangular solves per column block. */
  @Override
  public void choleskySolve(Tensor l, Tensor b) {
    int n = Math.toIntExact(l.cols());
    int cols = Math.toIntExact(b.cols());
    if (n == 0) {
      return;
    }
    int block = 256;
    pool.forEach(
        WorkerPool.chunks(cols, block),
        chunk -> {
          int from = chunk * block;
          int width = Math.min(block, cols - from);
          MemorySegment part = b.memory().asSlice(b.type().byteSize() * from);
          solveTriangle(l, OpenBlas.CblasNoTrans(), n, width, part, cols);
          solveTriangle(l, OpenBlas.CblasTrans(), n, width, part, cols);
        });
  }

  private static void solveTriangle(
      Tensor l, int transpose, int n, int width, MemorySegment b, int cols) {
    int rowMajor = OpenBlas.CblasRowMajor();
    int left = OpenBlas.CblasLeft();
    int lower = OpenBlas.CblasLower();
    int unit = OpenBlas.CblasNonUnit();
    MemorySegment a = l.memory();
    if (l.type() == ElementType.F32) {
      OpenBlas.cblas_strsm(rowMajor, left, lower, transpose, unit, n, width, 1f, a, n, b, cols);
    } else {
      OpenBlas.cblas_dtrsm(rowMajor, left, lower, transpose, unit, n, width, 1, a, n, b, cols);
    }
  }

  private static void check(String routine, int info, Tensor a) {
    LapackStatus.check(routine, info, "a " + a.type() + Shape.of(a.rows(), a.cols()));
  }
}
