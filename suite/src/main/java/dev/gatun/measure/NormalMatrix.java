package dev.gatun.measure;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.data.Randomness;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/** The nulls: random heads and states, whose entries are independent and standard normal. */
public final class NormalMatrix {
  /** Rows of a block: a head of any size is drawn without holding it on the host. */
  private static final long BLOCK_ROWS = 1024;

  private NormalMatrix() {}

  /** A matrix in f64 whose entries are drawn from one stream, row by row. */
  public static Tensor inF64(
      Backend backend, TensorScope scope, long rows, long cols, Randomness randomness) {
    double[] entries = new double[Math.toIntExact(rows * cols)];
    randomness.gaussian(entries, 1);
    Tensor matrix = scope.zeros(ElementType.F64, rows, cols);
    backend.write(entries, matrix);
    return matrix;
  }

  /** A matrix of the backend's real type, each of whose blocks of rows has a stream of its own. */
  static Tensor inBlocks(
      Backend backend, TensorScope scope, long rows, long cols, Randomness randomness) {
    Tensor matrix = scope.zeros(backend.real(), rows, cols);
    for (long first = 0; first < rows; first += BLOCK_ROWS) {
      long count = Math.min(BLOCK_ROWS, rows - first);
      float[] entries = new float[Math.toIntExact(count * cols)];
      randomness.stream(first / BLOCK_ROWS).gaussian(entries, 1);
      backend.write(entries, matrix.rows(first, count));
    }
    return matrix;
  }
}
