package dev.gatun.spectrum;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/**
 * Accumulates the Gram matrix of a matrix A seen in chunks of rows and turns it into the singular
 * values of A: chunks of rows of an [N, V] matrix sum to AᵀA [V, V]. Memory is one square f64
 * matrix.
 *
 * <p><b>Error.</b> With unit roundoff u = 2⁻⁵³, a sum of K products computed in any order is off by
 * at most K·u times the sum of their absolute values (Higham, <i>Accuracy and Stability</i>, §3.1),
 * so the computed Gram matrix is off by at most K·u·‖A‖²_F in the 2-norm. The symmetric eigensolver
 * is backward stable: its eigenvalues are those of a matrix at most n·u·‖A‖₂² away, where ‖A‖₂² ≤
 * ‖A‖²_F. By Weyl's inequality each eigenvalue is within δ = (K + n)·u·‖A‖²_F of σ², and since |√a
 * − √b| ≤ √|a − b| and |√a − √b| ≤ |a − b|/√a, each singular value is within min(√δ, δ/σ) of the
 * true one. √δ is the absolute bound reported. It is a worst case: errors observed are near √u·σ₁ =
 * 1.1e-8·σ₁ for vanishing σ and far below it for large ones. An F32 chunk is taken as it is: the
 * bound is about the matrix that was fed.
 */
public final class GramSpectrum implements AutoCloseable {
  private static final double UNIT_ROUNDOFF = 0x1p-53;

  private final Backend backend;
  private final TensorScope scope;
  private final Tensor gram;
  private long seen;
  private boolean finished;

  private GramSpectrum(Backend backend, long order) {
    if (order < 1) {
      throw new IllegalArgumentException("a Gram matrix needs a positive order, got " + order);
    }
    this.backend = backend;
    try (var opened = new CloseStack()) {
      this.scope = opened.own(backend.newScope());
      this.gram = scope.zeros(ElementType.F64, order, order);
      opened.keep();
    }
  }

  /** For a matrix of so many columns, fed by chunks of rows [R, cols]. */
  public static GramSpectrum ofRows(Backend backend, long cols) {
    return new GramSpectrum(backend, cols);
  }

  /**
   * Adds the next rows.
   *
   * @param chunk F32 or F64; not kept, not changed
   * @throws IllegalArgumentException if the chunk does not fit the matrix
   * @throws IllegalStateException after {@link #finish}
   */
  public void add(Tensor chunk) {
    if (finished) {
      throw new IllegalStateException("this spectrum is finished");
    }
    if (chunk.cols() != gram.cols()) {
      throw new IllegalArgumentException(
          "a chunk of rows of a matrix with %s columns cannot be %s".formatted(gram.cols(), chunk));
    }
    backend.syrk(Transpose.YES, chunk.reshape(chunk.rows(), chunk.cols()), 1, gram);
    seen += chunk.rows();
  }

  /**
   * The singular values of all that was added; the Gram matrix is used up.
   *
   * @throws IllegalStateException if nothing was added, or on a second call
   */
  public Spectrum finish() {
    if (finished || seen == 0) {
      throw new IllegalStateException(
          finished ? "this spectrum is finished" : "no chunk was added to this spectrum");
    }
    finished = true;
    long order = gram.cols();
    try (TensorScope scratch = backend.newScope()) {
      Tensor eigenvalues = scratch.zeros(ElementType.F64, order);
      backend.symmetricEigenvalues(gram, eigenvalues);
      double[] ascending = backend.toDoubles(eigenvalues);
      double energy = 0;
      for (double eigenvalue : ascending) {
        energy += eigenvalue;
      }
      double bound = Math.sqrt((seen + order) * UNIT_ROUNDOFF * Math.max(0, energy));
      double[] singularValues = new double[(int) Math.min(order, seen)];
      for (int i = 0; i < singularValues.length; i++) {
        singularValues[i] = Math.sqrt(Math.max(0, ascending[ascending.length - 1 - i]));
      }
      return new Spectrum(singularValues, bound, seen, order, Spectrum.Method.GRAM);
    }
  }

  @Override
  public void close() {
    scope.close();
  }
}
