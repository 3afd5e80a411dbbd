package dev.gatun.spectrum;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/**
 * The singular values of a tall matrix A [N, V] that is seen in chunks of rows, without the Gram
 * matrix: the triangle R of the rows so far stands on top of the next ones, a QR decomposition in
 * f64 makes one triangle of both, and R has the singular values of A. At any number of rows the
 * spectrum so far can be asked for.
 *
 * <p><b>Error.</b> Householder QR and the decomposition of R are backward stable, so that singular
 * values are off by max(N, V)·2u·σ₁, as in {@link DirectSpectrum}. Of the Gram matrix they are off
 * by √u times the norm: what lies between the two is told from zero here alone.
 */
public final class QrSpectrum implements AutoCloseable {
  private static final double UNIT_ROUNDOFF = 0x1p-53;

  /** Elements of new rows, at least where there are more than a quarter of a triangle's. */
  private static final long NEW_ELEMENTS = 1L << 28;

  private final Backend backend;
  private final TensorScope scope;
  private final Tensor stack; // F64: the triangle, or fewer rows than V, then new rows
  private long filled;
  private long rows;

  /** For a matrix of so many columns. */
  public QrSpectrum(Backend backend, long cols) {
    this.backend = backend;
    try (var opened = new CloseStack()) {
      this.scope = opened.own(backend.newScope());
      this.stack = scope.zeros(ElementType.F64, cols + newRows(cols), cols);
      opened.keep();
    }
  }

  /** Rows that are decomposed together with a triangle: the more, the fewer decompositions. */
  private static long newRows(long cols) {
    return Math.min(3 * cols, Math.max(cols / 4, NEW_ELEMENTS / cols));
  }

  /** Bytes held at most, on any device, for a matrix of so many columns. */
  public static long bytes(long cols) {
    long stack = (cols + newRows(cols)) * cols;
    return ElementType.F64.byteSize() * (2 * stack + 2 * cols * cols);
  }

  /**
   * Adds the next rows.
   *
   * @param chunk [R, V], F32 or F64; not kept, not changed
   */
  public void add(Tensor chunk) {
    if (chunk.cols() != stack.cols()) {
      throw new IllegalArgumentException(
          "rows of a matrix with %s columns cannot be %s".formatted(stack.cols(), chunk));
    }
    for (long first = 0; first < chunk.rows(); ) {
      if (filled == stack.rows()) {
        reduce();
      }
      long count = Math.min(chunk.rows() - first, stack.rows() - filled);
      backend.copy(chunk.rows(first, count), stack.rows(filled, count));
      filled += count;
      first += count;
    }
    rows += chunk.rows();
  }

  /** Makes one triangle of all rows that stand in the stack. */
  private void reduce() {
    long cols = stack.cols();
    try (TensorScope scratch = backend.newScope()) {
      Tensor triangle = scratch.zeros(ElementType.F64, cols, cols);
      backend.qr(stack.rows(0, filled), triangle);
      backend.copy(triangle, stack.rows(0, cols));
    }
    filled = cols;
  }

  /**
   * All singular values of the rows so far.
   *
   * @throws IllegalStateException if there are none
   */
  public Spectrum spectrum() {
    if (rows == 0) {
      throw new IllegalStateException("no rows were added to this spectrum");
    }
    if (filled > stack.cols()) {
      reduce();
    }
    double[] singularValues = DirectSpectrum.of(backend, stack.rows(0, filled)).singularValues();
    double bound = 2 * UNIT_ROUNDOFF * Math.max(rows, stack.cols()) * singularValues[0];
    return new Spectrum(singularValues, bound, rows, stack.cols(), Spectrum.Method.DIRECT);
  }

  @Override
  public void close() {
    scope.close();
  }
}
