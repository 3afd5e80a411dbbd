package dev.gatun.backend.cpu;

import dev.gatun.backend.Transpose;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * Gram matrices in F64: the lower triangle in square tiles over the pool, sums in pieces of fixed
 * length. F32 input is widened piece by piece.
 */
final class GramProducts implements AutoCloseable {
  private static final int TILE = 256;

  /** Bytes of a widened piece: a few tiles' worth of the shared cache. */
  private static final long PIECE_BYTES = 16L << 20;

  private final WorkerPool pool;
  private final Scratch widened;

  GramProducts(WorkerPool pool, HostMemory memory) {
    this.pool = pool;
    this.widened = new Scratch(memory);
  }

  /** Lower triangle of C ← A·Aᵀ + beta·C (NO) or AᵀA + beta·C (YES). */
  void syrk(Transpose transpose, Tensor a, double beta, Tensor c) {
    int n = (int) c.cols();
    long terms = transpose == Transpose.YES ? a.rows() : a.cols();
    if (a.type() == ElementType.F64 || terms == 0) {
      tiles(transpose, n, (int) terms, a.memory(), (int) a.cols(), beta, c.memory());
      return;
    }
    int piece = (int) Math.clamp(PIECE_BYTES / (8L * n), 1, terms);
    for (long from = 0; from < terms; from += piece) {
      int length = (int) Math.min(piece, terms - from);
      MemorySegment part = widened.segment(8L * n * length);
      int stride = transpose == Transpose.YES ? n : length;
      widen(transpose, a, from, length, part);
      tiles(transpose, n, length, part, stride, from == 0 ? beta : 1, c.memory());
    }
  }

  /** part ← rows (YES) or columns (NO) {@code from} to {@code from + length} of A, dense. */
  private void widen(Transpose transpose, Tensor a, long from, int length, MemorySegment part) {
    long source = Lanes.address(a);
    long cols = a.cols();
    if (transpose == Transpose.YES) {
      pool.forEach(
          length,
          row ->
              Vectors.widen(
                  source + 4 * (from + row) * cols, part.address() + 8 * row * cols, (int) cols));
    } else {
      pool.forEach(
          (int) a.rows(),
          row ->
              Vectors.widen(
                  source + 4 * (row * cols + from), part.address() + 8L * row * length, length));
    }
  }

  private void tiles(
      Transpose transpose,
      int n,
      int terms,
      MemorySegment a,
      int lda,
      double beta,
      MemorySegment c) {
    int across = Math.ceilDiv(n, TILE);
    pool.forEach(
        across * (across + 1) / 2,
        tile -> {
          int row = (int) ((Math.sqrt(8.0 * tile + 1) - 1) / 2);
          int col = tile - row * (row + 1) / 2;
          tile(transpose, n, terms, a, lda, beta, c, row * TILE, col * TILE);
        });
  }

  private static void tile(
      Transpose transpose,
      int n,
      int terms,
      MemorySegment a,
      int lda,
      double beta,
      MemorySegment c,
      int row,
      int col) {
    int rows = Math.min(TILE, n - row);
    MemorySegment left = operand(transpose, a, lda, row);
    MemorySegment out = c.asSlice(8L * ((long) row * n + col));
    if (row == col) {
      Blas.dsyrk(transpose, rows, terms, 1, left, lda, beta, out, n);
      return;
    }
    Transpose other = transpose == Transpose.YES ? Transpose.NO : Transpose.YES;
    MemorySegment right = operand(transpose, a, lda, col);
    Blas.dgemm(transpose, other, rows, TILE, terms, 1, left, lda, right, lda, beta, out, n);
  }

  private static MemorySegment operand(Transpose transpose, MemorySegment a, int lda, int index) {
    return a.asSlice(8L * (transpose == Transpose.YES ? index : (long) index * lda));
  }

  @Override
  public void close() {
    widened.close();
  }
}
