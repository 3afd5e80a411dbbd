package dev.gatun.backend.cpu;

import dev.gatun.backend.Transpose;
import dev.gatun.bindings.openblas.OpenBlas;
import dev.gatun.natives.LapackException;
import dev.gatun.natives.LapackStatus;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * LAPACK on row-major matrices, F32 or F64. Most routines work on columns; they are given the
 * transposed matrix, which is what a row-major one looks like to them, so that nothing is copied.
 */
final class Lapack {
  private static final byte NO_VECTORS = 'N';
  private static final byte VECTORS = 'V';
  private static final byte THIN = 'S';

  /** The lower triangle of a row-major matrix is the upper one by columns. */
  private static final byte LOWER_OF_ROW_MAJOR = 'U';

  private final HostMemory memory;
  private final AtomicInteger fallbacks = new AtomicInteger();

  Lapack(HostMemory memory) {
    this.memory = memory;
  }

  /** How often gesdd failed to converge and gesvd was used instead. */
  int fallbacks() {
    return fallbacks.get();
  }

  void symmetricEigenvalues(Tensor a, Tensor eigenvalues) {
    eigen(NO_VECTORS, a, eigenvalues);
  }

  void symmetricEigenvectors(Tensor a, Tensor eigenvalues) {
    eigen(VECTORS, a, eigenvalues);
  }

  private static void eigen(byte job, Tensor a, Tensor eigenvalues) {
    int n = (int) a.cols();
    int layout = OpenBlas.LAPACK_COL_MAJOR();
    MemorySegment matrix = a.memory();
    MemorySegment values = eigenvalues.memory();
    if (a.type() == ElementType.F32) {
      int info = OpenBlas.LAPACKE_ssyevd(layout, job, LOWER_OF_ROW_MAJOR, n, matrix, n, values);
      LapackStatus.check("LAPACKE_ssyevd", info, a.toString());
    } else {
      int info = OpenBlas.LAPACKE_dsyevd(layout, job, LOWER_OF_ROW_MAJOR, n, matrix, n, values);
      LapackStatus.check("LAPACKE_dsyevd", info, a.toString());
    }
  }

  /** Values alone, in the tall orientation, which LAPACK is faster at. */
  void singularValues(Tensor a, Tensor singularValues) {
    if (a.rows() <= a.cols()) {
      decompose(NO_VECTORS, a, null, singularValues, null);
      return;
    }
    try (var scope = new HostScope(memory)) {
      Tensor transposed = scope.zeros(a.type(), a.cols(), a.rows());
      Transposition.transpose(a, transposed);
      decompose(NO_VECTORS, transposed, null, singularValues, null);
    }
  }

  /** By columns, Aᵀ = V·Σ·Uᵀ: the left vectors there are Vᵀ here, and the right ones U. */
  void svd(Tensor a, Tensor u, Tensor singularValues, Tensor vt) {
    decompose(THIN, a, u, singularValues, vt);
  }

  private void decompose(byte job, Tensor a, Tensor u, Tensor singularValues, Tensor vt) {
    try (var scope = new HostScope(memory)) {
      // gesdd destroys its input, and gesvd must have it if gesdd fails.
      Tensor original = scope.zeros(a.type(), a.rows(), a.cols());
      MemorySegment.copy(a.memory(), 0, original.memory(), 0, a.byteSize());
      try {
        divideAndConquer(job, a, u, singularValues, vt);
      } catch (LapackException e) {
        if (e.info() < 0) {
          throw e;
        }
        fallbacks.incrementAndGet();
        Tensor work = scope.zeros(a.type(), Math.min(a.rows(), a.cols()));
        iterate(job, original, u, singularValues, vt, work);
      }
    }
  }

  private static void divideAndConquer(
      byte job, Tensor a, Tensor u, Tensor singularValues, Tensor vt) {
    int m = (int) a.cols();
    int n = (int) a.rows();
    int k = Math.min(m, n);
    int layout = OpenBlas.LAPACK_COL_MAJOR();
    MemorySegment s = singularValues.memory();
    MemorySegment left = memoryOf(vt);
    MemorySegment right = memoryOf(u);
    if (a.type() == ElementType.F32) {
      int info = OpenBlas.LAPACKE_sgesdd(layout, job, m, n, a.memory(), m, s, left, m, right, k);
      LapackStatus.check("LAPACKE_sgesdd", info, a.toString());
    } else {
      int info = OpenBlas.LAPACKE_dgesdd(layout, job, m, n, a.memory(), m, s, left, m, right, k);
      LapackStatus.check("LAPACKE_dgesdd", info, a.toString());
    }
  }

  private static void iterate(
      byte job, Tensor a, Tensor u, Tensor singularValues, Tensor vt, Tensor work) {
    int m = (int) a.cols();
    int n = (int) a.rows();
    int k = Math.min(m, n);
    int layout = OpenBlas.LAPACK_COL_MAJOR();
    MemorySegment s = singularValues.memory();
    MemorySegment left = memoryOf(vt);
    MemorySegment right = memoryOf(u);
    if (a.type() == ElementType.F32) {
      int info =
          OpenBlas.LAPACKE_sgesvd(
              layout, job, job, m, n, a.memory(), m, s, left, m, right, k, work.memory());
      LapackStatus.check("LAPACKE_sgesvd", info, a.toString());
    } else {
      int info =
          OpenBlas.LAPACKE_dgesvd(
              layout, job, job, m, n, a.memory(), m, s, left, m, right, k, work.memory());
      LapackStatus.check("LAPACKE_dgesvd", info, a.toString());
    }
  }

  private static MemorySegment memoryOf(Tensor tensor) {
    return tensor == null ? MemorySegment.NULL : tensor.memory();
  }

  void qr(Tensor a, Tensor r) {
    int m = (int) a.rows();
    int n = (int) a.cols();
    int layout = OpenBlas.LAPACK_ROW_MAJOR();
    try (var scope = new HostScope(memory)) {
      MemorySegment tau = scope.zeros(a.type(), n).memory();
      if (a.type() == ElementType.F32) {
        int info = OpenBlas.LAPACKE_sgeqrf(layout, m, n, a.memory(), n, tau);
        LapackStatus.check("LAPACKE_sgeqrf", info, a.toString());
        Transposition.copyUpper(a, r);
        info = OpenBlas.LAPACKE_sorgqr(layout, m, n, n, a.memory(), n, tau);
        LapackStatus.check("LAPACKE_sorgqr", info, a.toString());
      } else {
        int info = OpenBlas.LAPACKE_dgeqrf(layout, m, n, a.memory(), n, tau);
        LapackStatus.check("LAPACKE_dgeqrf", info, a.toString());
        Transposition.copyUpper(a, r);
        info = OpenBlas.LAPACKE_dorgqr(layout, m, n, n, a.memory(), n, tau);
        LapackStatus.check("LAPACKE_dorgqr", info, a.toString());
      }
    }
  }

  void cholesky(Tensor a) {
    int n = (int) a.cols();
    int layout = OpenBlas.LAPACK_COL_MAJOR();
    if (a.type() == ElementType.F32) {
      int info = OpenBlas.LAPACKE_spotrf(layout, LOWER_OF_ROW_MAJOR, n, a.memory(), n);
      LapackStatus.check("LAPACKE_spotrf", info, a.toString());
    } else {
      int info = OpenBlas.LAPACKE_dpotrf(layout, LOWER_OF_ROW_MAJOR, n, a.memory(), n);
      LapackStatus.check("LAPACKE_dpotrf", info, a.toString());
    }
    Transposition.clearStrictUpper(a);
  }

  void choleskySolve(Tensor l, Tensor b) {
    solveTriangle(l, Transpose.NO, b);
    solveTriangle(l, Transpose.YES, b);
  }

  private static void solveTriangle(Tensor l, Transpose transpose, Tensor b) {
    int n = (int) l.cols();
    int k = (int) b.cols();
    int flag = transpose == Transpose.YES ? OpenBlas.CblasTrans() : OpenBlas.CblasNoTrans();
    int order = OpenBlas.CblasRowMajor();
    int left = OpenBlas.CblasLeft();
    int lower = OpenBlas.CblasLower();
    int diagonal = OpenBlas.CblasNonUnit();
    if (l.type() == ElementType.F32) {
      OpenBlas.cblas_strsm(
          order, left, lower, flag, diagonal, n, k, 1, l.memory(), n, b.memory(), k);
    } else {
      OpenBlas.cblas_dtrsm(
          order, left, lower, flag, diagonal, n, k, 1, l.memory(), n, b.memory(), k);
    }
  }
}
