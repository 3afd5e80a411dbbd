package dev.gatun.model.head;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;

/**
 * (C + λI)⁻¹ of a symmetric matrix C [D, D] without negative eigenvalues, in f64, with λ a share of
 * the mean of its eigenvalues. Of C = 0 it is I.
 */
final class DampedInverse {
  private final Backend backend;
  private final double damping;
  private final Tensor vectors; // C, then its eigenvectors as rows [D, D] F64
  private final Tensor eigenvalues; // [D] F64
  private final Tensor wide; // [D, D] F64
  private final Tensor inverse; // [D, D]

  DampedInverse(Backend backend, TensorScope scope, long width, double damping) {
    this.backend = backend;
    this.damping = damping;
    this.vectors = scope.zeros(ElementType.F64, width, width);
    this.eigenvalues = scope.zeros(ElementType.F64, width);
    this.wide = scope.zeros(ElementType.F64, width, width);
    this.inverse = scope.zeros(backend.real(), width, width);
  }

  /** The inverse [D, D] as it was last renewed, by the backend's elements. */
  Tensor matrix() {
    return inverse;
  }

  /** Where C is written before it is renewed, its lower triangle: [D, D] F64. */
  Tensor lower() {
    return vectors;
  }

  /** Inverts C. */
  void renew() {
    backend.symmetricEigenvectors(vectors, eigenvalues);
    renew(vectors);
  }

  /** Inverts the matrix that has the eigenvalues of C and other eigenvectors, rows [D, D] F64. */
  void renewWith(RightSingularVectors others) {
    backend.symmetricEigenvectors(vectors, eigenvalues);
    renew(others.leading(vectors.rows()));
  }

  private void renew(Tensor directions) {
    double[] values = backend.toDoubles(eigenvalues);
    Arrays.setAll(values, i -> Math.max(values[i], 0)); // rounding makes 0 negative
    double mean = Arrays.stream(values).average().orElseThrow();
    double lambda = mean > 0 ? damping * mean : 1;
    for (int i = 0; i < values.length; i++) {
      backend.scale(1 / Math.sqrt(values[i] + lambda), directions.rows(i, 1));
    }
    backend.gemm(Transpose.YES, Transpose.NO, 1, directions, directions, 0, wide);
    backend.copy(wide, inverse);
  }
}
