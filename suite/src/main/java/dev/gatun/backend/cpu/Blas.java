package dev.gatun.backend.cpu;

import dev.gatun.backend.Transpose;
import dev.gatun.bindings.openblas.OpenBlas;
import dev.gatun.tensor.ElementType;
import java.lang.foreign.MemorySegment;

/**
 * Single-threaded BLAS on row-major matrices, for use from inside tasks: no pool, no checks of
 * shapes. Leading dimensions are the distances between rows, in elements.
 */
final class Blas {
  private Blas() {}

  /**
   * C ← alpha·op(A)·op(B) + beta·C in F32 with op(A) [m, k], op(B) [k, n], C [m, n]. With beta 0, C
   * is not read.
   */
  static void sgemm(
      Transpose ta,
      Transpose tb,
      int m,
      int n,
      int k,
      float alpha,
      MemorySegment a,
      int lda,
      MemorySegment b,
      int ldb,
      float beta,
      MemorySegment c,
      int ldc) {
    OpenBlas.cblas_sgemm(
        OpenBlas.CblasRowMajor(), flag(ta), flag(tb), m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  }

  /** As {@link #sgemm}, in F64. */
  static void dgemm(
      Transpose ta,
      Transpose tb,
      int m,
      int n,
      int k,
      double alpha,
      MemorySegment a,
      int lda,
      MemorySegment b,
      int ldb,
      double beta,
      MemorySegment c,
      int ldc) {
    OpenBlas.cblas_dgemm(
        OpenBlas.CblasRowMajor(), flag(ta), flag(tb), m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  }

  /** C ← alpha·op(A)·op(B) + beta·C in the type of the operands; as {@link #sgemm}. */
  static void gemm(
      int m,
      int n,
      int k,
      double alpha,
      MatrixOperand a,
      MatrixOperand b,
      double beta,
      MemorySegment c,
      int ldc) {
    Transpose ta = a.transpose();
    Transpose tb = b.transpose();
    int lda = a.leadingDimension();
    int ldb = b.leadingDimension();
    if (a.type() == ElementType.F32) {
      sgemm(ta, tb, m, n, k, (float) alpha, a.memory(), lda, b.memory(), ldb, (float) beta, c, ldc);
    } else {
      dgemm(ta, tb, m, n, k, alpha, a.memory(), lda, b.memory(), ldb, beta, c, ldc);
    }
  }

  /** to [cols, rows] dense ← the transpose of from [rows, cols]. */
  static void transpose(
      ElementType type, int rows, int cols, MemorySegment from, int ldFrom, MemorySegment to) {
    int order = OpenBlas.CblasRowMajor();
    int trans = OpenBlas.CblasTrans();
    if (type == ElementType.F32) {
      OpenBlas.cblas_somatcopy(order, trans, rows, cols, 1, from, ldFrom, to, rows);
    } else {
      OpenBlas.cblas_domatcopy(order, trans, rows, cols, 1, from, ldFrom, to, rows);
    }
  }

  /**
   * Lower triangle of C ← alpha·op(A)·op(A)ᵀ + beta·C in F64 with op(A) [n, k], C [n, n]; A is
   * stored [n, k] (NO) or [k, n] (YES).
   */
  static void dsyrk(
      Transpose transpose,
      int n,
      int k,
      double alpha,
      MemorySegment a,
      int lda,
      double beta,
      MemorySegment c,
      int ldc) {
    OpenBlas.cblas_dsyrk(
        OpenBlas.CblasRowMajor(),
        OpenBlas.CblasLower(),
        flag(transpose),
        n,
        k,
        alpha,
        a,
        lda,
        beta,
        c,
        ldc);
  }

  private static int flag(Transpose transpose) {
    return transpose == Transpose.YES ? OpenBlas.CblasTrans() : OpenBlas.CblasNoTrans();
  }
}
