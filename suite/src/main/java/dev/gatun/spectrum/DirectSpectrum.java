package dev.gatun.spectrum;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/**
 * Singular values of a matrix that fits in memory, by a singular value decomposition of the matrix
 * itself: for head weights, and as the oracle of {@link GramSpectrum}.
 */
public final class DirectSpectrum {
  private static final double UNIT_ROUNDOFF = 0x1p-53;

  private DirectSpectrum() {}

  /**
   * All singular values of a matrix, in f64.
   *
   * <p>The decomposition is backward stable: its values are those of a matrix at most p·u·σ₁ away,
   * where p grows modestly with the size (LAPACK Users' Guide, §4.9); max(rows, cols)·2u·σ₁ is
   * reported.
   *
   * @param matrix [rows, cols], F32 or F64; not changed
   */
  public static Spectrum of(Backend backend, Tensor matrix) {
    try (TensorScope scope = backend.newScope()) {
      Tensor copy = scope.zeros(ElementType.F64, matrix.rows(), matrix.cols());
      Tensor values = scope.zeros(ElementType.F64, Math.min(matrix.rows(), matrix.cols()));
      backend.copy(matrix, copy);
      backend.singularValues(copy, values);
      double[] singularValues = backend.toDoubles(values);
      double bound = 2 * UNIT_ROUNDOFF * Math.max(matrix.rows(), matrix.cols()) * singularValues[0];
      return new Spectrum(
          singularValues, bound, matrix.rows(), matrix.cols(), Spectrum.Method.DIRECT);
    }
  }
}
