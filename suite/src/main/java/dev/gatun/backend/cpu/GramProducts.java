package dev.gatun.backend.cpu;

import dev.gatun.backend.Parts;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * Gram matrices in F64: the lower triangle in tiles over the pool, F32 operands widened piece by
 * piece. Pieces and tiles depend on the shape alone.
 */
final class GramProducts implements Parts.GramProducts {
  /** Elements of a widened piece: 32 MiB. */
  private static final long PIECE_ELEMENTS = 4L << 20;

  private static final int MOST_TILE_ROWS = 512;
  private static final int LEAST_TILE_ROWS = 32;

  private final WorkerPool pool;
  private final Scratch widened;

  GramProducts(WorkerPool pool) {
    this.pool = pool;
    this.widened = pool.newScratch();
  }

  /** An F64 operand: op(matrix) is [rows, depth], its stored rows are cols apart. */
  private record Operand(MemorySegment memory, Transpose transpose, int rows, int depth, int cols) {
    /** From row i of op(matrix) on. */
    MemorySegment from(int i) {
      return memory.asSlice(8L * (transpose == Transpose.NO ? (long) i * cols : i));
    }
  }

  @Override
  public void syrk(Transpose transpose, Tensor a, double beta, Tensor c) {
    int rows = Math.toIntExact(a.rows());
    int cols = Math.toIntExact(a.cols());
    int n = transpose == Transpose.NO ? rows : cols;
    int depth = transpose == Transpose.NO ? cols : rows;
    if (n == 0) {
      return;
    }
    if (a.type() == ElementType.F64) {
      accumulate(new Operand(a.memory(), transpose, n, depth, Math.max(1, cols)), beta, c.memory());
      return;
    }
    int piece = Math.clamp(PIECE_ELEMENTS / n, 64, Math.max(64, depth));
    double scale = beta;
    for (int from = 0; from < depth || from == 0; from += piece) {
      int length = Math.min(piece, depth - from);
      accumulate(widen(transpose, a, from, length), scale, c.memory());
      scale = 1;
    }
  }

  /** Columns (NO) or rows (YES) from {@code from} on, as a dense F64 matrix. */
  private Operand widen(Transpose transpose, Tensor a, int from, int length) {
    int rows = Math.toIntExact(a.rows());
    int cols = Math.toIntExact(a.cols());
    int pieceRows = transpose == Transpose.NO ? rows : length;
    int pieceCols = transpose == Transpose.NO ? length : cols;
    long first = transpose == Transpose.NO ? from : (long) from * cols;
    MemorySegment piece = widened.segment(8L * pieceRows * pieceCols);
    long in = a.memory().address() + 4 * first;
    long out = piece.address();
    RowChunks.of(pieceRows, pieceCols, 1 << 15)
        .forEach(
            pool,
            row -> Vectors.widenLoop(in + 4 * row * cols, out + 8 * row * pieceCols, pieceCols));
    return new Operand(
        piece, transpose, transpose == Transpose.NO ? rows : cols, length, Math.max(1, pieceCols));
  }

  private void accumulate(Operand a, double beta, MemorySegment c) {
    int n = a.rows;
    // Four bands are six tiles and four halves: even for two and for four threads.
    int wanted = Math.clamp(Math.ceilDiv(n, 4), LEAST_TILE_ROWS, MOST_TILE_ROWS);
    int edge = Math.ceilDiv(wanted, 16) * 16;
    int bands = Math.ceilDiv(n, edge);
    int belowDiagonal = bands * (bands - 1) / 2;
    pool.forEach(
        belowDiagonal + bands,
        tile -> {
          // Tiles on the diagonal last: they are half the work and even out the end.
          int band = tile < belowDiagonal ? bandOf(tile) : tile - belowDiagonal;
          int i = band * edge;
          int j = tile < belowDiagonal ? (tile - band * (band - 1) / 2) * edge : i;
          multiply(a, i, j, Math.min(edge, n - i), Math.min(edge, n - j), beta, c);
        });
  }

  /** The band of a tile below the diagonal: band b has b of them. */
  private static int bandOf(int tile) {
    int band = 1;
    while (tile >= band * (band + 1) / 2) {
      band++;
    }
    return band;
  }

  private static void multiply(
      Operand a, int i, int j, int rows, int cols, double beta, MemorySegment c) {
    int n = a.rows;
    MemorySegment part = c.asSlice(8L * ((long) i * n + j));
    if (i == j) {
      Blas.dsyrk(a.transpose, rows, a.depth, 1, a.from(i), a.cols, beta, part, n);
    } else {
      boolean stored = a.transpose == Transpose.NO;
      Blas.dgemm(
          a.transpose,
          stored ? Transpose.YES : Transpose.NO,
          rows,
          cols,
          a.depth,
          1,
          a.from(i),
          a.cols,
          a.from(j),
          a.cols,
          beta,
          part,
          n);
    }
  }
}
