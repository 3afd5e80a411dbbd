package dev.gatun.backend.cuda;

import dev.gatun.backend.Parts;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/**
 * Gram matrices in F64 by cuBLAS, F32 operands widened piece by piece. Pieces depend on the shape
 * alone.
 */
final class GramProducts implements Parts.GramProducts {
  private static final Kernel WIDEN = new Kernel("syrk", "widen_block");
  private static final Kernel SCALE_LOWER = new Kernel("syrk", "scale_lower_f64");

  /** Elements of a widened piece: 128 MiB. */
  private static final long PIECE_ELEMENTS = 16L << 20;

  /** Terms to a piece, at least, however large the Gram matrix. */
  private static final int LEAST_DEPTH = 64;

  private final Launcher launcher;
  private final CublasHandle cublas;
  private final DeviceScratch widened;
  private final long pieceElements;

  GramProducts(Launcher launcher, DeviceMemory memory, CublasHandle cublas) {
    this(launcher, memory, cublas, PIECE_ELEMENTS);
  }

  /** With pieces of another size. */
  GramProducts(Launcher launcher, DeviceMemory memory, CublasHandle cublas, long pieceElements) {
    this.launcher = launcher;
    this.cublas = cublas;
    this.widened = new DeviceScratch(memory);
    this.pieceElements = pieceElements;
  }

  @Override
  public void syrk(Transpose transpose, Tensor a, double beta, Tensor c) {
    int n = Math.toIntExact(c.cols());
    int depth = Math.toIntExact(transpose == Transpose.NO ? a.cols() : a.rows());
    if (n == 0) {
      return;
    }
    if (depth == 0) {
      launcher.launch(SCALE_LOWER, Grid.ofMatrix(n, n, 1), c, beta, (long) n);
    } else if (a.type() == ElementType.F64) {
      accumulate(transpose, n, depth, a, beta, c);
    } else {
      int piece = Math.clamp(pieceElements / n, LEAST_DEPTH, Math.max(LEAST_DEPTH, depth));
      for (int from = 0; from < depth; from += piece) {
        int length = Math.min(piece, depth - from);
        Tensor wide = widen(transpose, a, from, length);
        accumulate(transpose, n, length, wide, from == 0 ? beta : 1, c);
      }
    }
  }

  /** Columns (NO) or rows (YES) of A from {@code from} on, dense, in F64. */
  private Tensor widen(Transpose transpose, Tensor a, int from, int length) {
    boolean columns = transpose == Transpose.NO;
    long rows = columns ? a.rows() : length;
    long cols = columns ? length : a.cols();
    Tensor first = a.slice(columns ? from : from * cols, 1);
    Tensor wide = widened.get(ElementType.F64, rows * cols).reshape(rows, cols);
    boolean dense = cols == a.cols();
    long lines = dense ? 1 : rows;
    long width = dense ? rows * cols : cols;
    launcher.launch(WIDEN, Grid.ofMatrix(lines, width, 1), first, wide, lines, width, a.cols());
    return wide;
  }

  /**
   * Read by columns A is Aᵀ, so A·Aᵀ is what cuBLAS calls AᵀA, and the lower triangle the upper.
   */
  private void accumulate(Transpose transpose, int n, int depth, Tensor a, double beta, Tensor c) {
    Transpose byColumns = transpose == Transpose.NO ? Transpose.YES : Transpose.NO;
    cublas.dsyrk(byColumns, n, depth, a.memory(), Math.toIntExact(a.cols()), beta, c);
  }
}
