package dev.gatun.spectrum;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.SplittableRandom;

/** Seeded matrices for tests, in F64. */
final class Matrices {
  private final Backend backend;
  private final TensorScope scope;
  private final SplittableRandom random;

  Matrices(Backend backend, TensorScope scope, long seed) {
    this.backend = backend;
    this.scope = scope;
    this.random = new SplittableRandom(seed);
  }

  /** Independent standard normal entries. */
  Tensor gaussian(long rows, long cols) {
    double[] values = new double[(int) (rows * cols)];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextGaussian();
    }
    return of(values, rows, cols);
  }

  Tensor of(double[] values, long rows, long cols) {
    Tensor matrix = scope.zeros(ElementType.F64, rows, cols);
    backend.write(values, matrix);
    return matrix;
  }

  /** Orthonormal columns, uniformly distributed. */
  Tensor orthonormal(long rows, long cols) {
    Tensor q = gaussian(rows, cols);
    backend.qr(q, scope.zeros(ElementType.F64, cols, cols));
    return q;
  }

  /** U·diag(σ)·Vᵀ with random U [rows, k] and V [cols, k]. */
  Tensor withSingularValues(long rows, long cols, double... singularValues) {
    int k = singularValues.length;
    Tensor u = orthonormal(rows, k);
    double[] scaled = backend.toDoubles(u);
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] *= singularValues[i % k];
    }
    return product(of(scaled, rows, k), Transpose.NO, orthonormal(cols, k), Transpose.YES);
  }

  /** op(A)·op(B). */
  Tensor product(Tensor a, Transpose ta, Tensor b, Transpose tb) {
    Tensor c =
        scope.zeros(
            ElementType.F64,
            ta == Transpose.NO ? a.rows() : a.cols(),
            tb == Transpose.NO ? b.cols() : b.rows());
    backend.gemm(ta, tb, 1, a, b, 0, c);
    return c;
  }

  /** A·B. */
  Tensor product(Tensor a, Tensor b) {
    return product(a, Transpose.NO, b, Transpose.NO);
  }

  /** A copy in F32. */
  Tensor narrowed(Tensor matrix) {
    Tensor narrow = scope.zeros(ElementType.F32, matrix.rows(), matrix.cols());
    backend.copy(matrix, narrow);
    return narrow;
  }

  /** x + alpha·y, in a new matrix. */
  Tensor sum(Tensor x, double alpha, Tensor y) {
    Tensor sum = of(backend.toDoubles(x), x.rows(), x.cols());
    backend.axpy(alpha, y, sum);
    return sum;
  }

  double norm(Tensor matrix) {
    return Math.sqrt(backend.sumOfSquares(matrix));
  }

  /** The matrix in chunks of so many rows. */
  static RowChunks chunks(Tensor matrix, long rows) {
    return new RowChunks() {
      @Override
      public long rows() {
        return matrix.rows();
      }

      @Override
      public long cols() {
        return matrix.cols();
      }

      @Override
      public void forEach(BlockVisitor visitor) {
        for (long from = 0; from < matrix.rows(); from += rows) {
          visitor.accept(from, matrix.rows(from, Math.min(rows, matrix.rows() - from)));
        }
      }
    };
  }
}
