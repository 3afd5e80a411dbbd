package dev.gatun.model.head;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * The right singular vectors of head weights W [V, D], in f64, as the eigenvectors of WᵀW. A
 * subspace of them is accurate to 2⁻⁵²·σ₁² over the gap of the squared singular values at its edge.
 */
final class RightSingularVectors {
  private static final double EPSILON = 0x1p-52;

  private final Backend backend;
  private final Tensor vectors; // [D, D] F64: row i belongs to eigenvalue i
  private final Tensor eigenvalues; // [D] F64: squared singular values, ascending

  RightSingularVectors(Backend backend, TensorScope scope, long width) {
    this.backend = backend;
    this.vectors = scope.zeros(ElementType.F64, width, width);
    this.eigenvalues = scope.zeros(ElementType.F64, width);
  }

  /** Takes them of these weights [V, D]. */
  void refresh(Tensor weights) {
    backend.syrk(Transpose.YES, weights, 0, vectors);
    backend.symmetricEigenvectors(vectors, eigenvalues);
  }

  /**
   * Takes uniformly random orthonormal vectors in their place, the same at every call: the
   * eigenvectors of a symmetric Gaussian matrix.
   */
  void refreshAtRandom() {
    int width = Math.toIntExact(vectors.rows());
    RandomGenerator generator = new SplittableRandom(width);
    double[] matrix = new double[width * width];
    for (int row = 0; row < width; row++) {
      for (int col = 0; col <= row; col++) {
        matrix[row * width + col] = generator.nextGaussian() * (row == col ? Math.sqrt(2) : 1);
        matrix[col * width + row] = matrix[row * width + col];
      }
    }
    backend.write(matrix, vectors);
    backend.symmetricEigenvectors(vectors, eigenvalues);
  }

  /** The vectors of the largest singular values, as rows: [rank, D] F64. */
  Tensor leading(long rank) {
    return vectors.rows(vectors.rows() - rank, rank);
  }

  /** The vectors of the smallest singular values, as rows: [rank, D] F64. */
  Tensor trailing(long rank) {
    return vectors.rows(0, rank);
  }

  /**
   * The vectors whose singular value is above √(V·2⁻⁵²) of the largest, each divided by it, as rows
   * E [rank, D] F64: EᵀE = (WᵀW)⁺. What {@link #leading} gives afterwards is divided too.
   */
  Tensor overSingularValues(long vocabulary) {
    double[] squares = backend.toDoubles(eigenvalues);
    double least = vocabulary * EPSILON * squares[squares.length - 1];
    int rank = 0;
    for (int i = squares.length - 1; i >= 0 && squares[i] > least; i--) {
      backend.scale(1 / Math.sqrt(squares[i]), vectors.rows(i, 1));
      rank++;
    }
    return leading(rank);
  }
}
