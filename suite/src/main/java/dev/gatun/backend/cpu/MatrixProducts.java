package dev.gatun.backend.cpu;

import dev.gatun.backend.Transpose;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * Matrix products over the pool: single-threaded OpenBLAS calls on the tiles of a {@link Tiling}.
 */
final class MatrixProducts implements AutoCloseable {
  private final WorkerPool pool;
  private final Scratch partialSums;

  MatrixProducts(WorkerPool pool, HostMemory memory) {
    this.pool = pool;
    this.partialSums = new Scratch(memory);
  }

  /** A dense row-major operand, as stored or transposed. */
  private record Operand(MemorySegment memory, Transpose transpose, int cols, long elementSize) {
    /** From element (i, j) of op(matrix) on. */
    MemorySegment from(int i, int j) {
      long row = transpose == Transpose.NO ? i : j;
      long col = transpose == Transpose.NO ? j : i;
      return memory.asSlice((row * cols + col) * elementSize);
    }
  }

  /** C ← alpha·op(A)·op(B) + beta·C for tensors that fit, all F32 or all F64. */
  void gemm(Transpose ta, Transpose tb, double alpha, Tensor a, Tensor b, double beta, Tensor c) {
    long k = ta == Transpose.NO ? a.cols() : a.rows();
    gemm(
        c.type(),
        ta,
        tb,
        Math.toIntExact(c.rows()),
        Math.toIntExact(c.cols()),
        Math.toIntExact(k),
        alpha,
        a.memory(),
        b.memory(),
        beta,
        c.memory());
  }

  /**
   * C ← alpha·op(A)·op(B) + beta·C with op(A) [m, k], op(B) [k, n], C [m, n], all dense and
   * row-major, all F32 or all F64. With beta 0, C is not read.
   */
  void gemm(
      ElementType type,
      Transpose ta,
      Transpose tb,
      int m,
      int n,
      int k,
      double alpha,
      MemorySegment a,
      MemorySegment b,
      double beta,
      MemorySegment c) {
    if (m == 0 || n == 0) {
      return;
    }
    Tiling tiling = Tiling.of(ta, tb, m, n, k);
    long size = type.byteSize();
    var left = new Operand(a, ta, Math.max(1, ta == Transpose.NO ? k : m), size);
    var right = new Operand(b, tb, Math.max(1, tb == Transpose.NO ? n : k), size);
    long bytes = (long) m * n * size;
    int pieces = tiling.pieces();
    MemorySegment partials =
        pieces > 1 ? partialSums.segment((pieces - 1) * bytes) : MemorySegment.NULL;
    pool.forEach(
        tiling.tiles(),
        tile -> {
          int piece = tiling.piece(tile);
          MemorySegment sum = piece == 0 ? c : partials.asSlice((piece - 1) * bytes, bytes);
          double scale = piece == 0 ? beta : 0;
          multiply(type, tiling, tile, alpha, left, right, scale, sum);
        });
    if (pieces > 1) {
      SumReduction.addPieces(pool, type, partials, pieces - 1, c);
    }
  }

  private static void multiply(
      ElementType type,
      Tiling tiling,
      int tile,
      double alpha,
      Operand left,
      Operand right,
      double beta,
      MemorySegment sum) {
    int i = tiling.row(tile);
    int j = tiling.col(tile);
    int l = tiling.piece(tile) * tiling.depth();
    int rows = Math.min(tiling.rows(), tiling.m() - i);
    int cols = Math.min(tiling.cols(), tiling.n() - j);
    int depth = Math.min(tiling.depth(), tiling.k() - l);
    MemorySegment a = left.from(i, l);
    MemorySegment b = right.from(l, j);
    MemorySegment c = sum.asSlice(((long) i * tiling.n() + j) * type.byteSize());
    Transpose ta = left.transpose;
    Transpose tb = right.transpose;
    int ldc = tiling.n();
    if (type == ElementType.F32) {
      Blas.sgemm(
          ta,
          tb,
          rows,
          cols,
          depth,
          (float) alpha,
          a,
          left.cols,
          b,
          right.cols,
          (float) beta,
          c,
          ldc);
    } else {
      Blas.dgemm(ta, tb, rows, cols, depth, alpha, a, left.cols, b, right.cols, beta, c, ldc);
    }
  }

  @Override
  public void close() {
    partialSums.close();
  }
}
