package dev.gatun.measure;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.model.head.HeadInputs;
import dev.gatun.model.head.MatrixHead;
import dev.gatun.spectrum.RowChunks;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/**
 * The logit gradient G = (P − Y)/N in F64: logits, softmax and difference of the head inputs H and
 * the weights W as they are stored. In F32 the roundings of its entries alone would give a matrix
 * of full rank.
 *
 * @param at contexts, all with a target
 */
record ExactGradient(Backend backend, MatrixHead head, HeadInputs at) implements RowChunks {
  /** Elements of G held at once. */
  private static final long CHUNK = 1 << 20;

  @Override
  public long rows() {
    return at.hidden().rows();
  }

  @Override
  public long cols() {
    return head.vocabulary();
  }

  @Override
  public void forEach(BlockVisitor visitor) {
    try (TensorScope scope = backend.newScope()) {
      Tensor weights = wide(scope, head.weights(scope));
      Tensor hidden = wide(scope, at.hidden());
      double[] bias = head.bias().map(backend::toDoubles).orElse(new double[(int) cols()]);
      int[] targets = backend.toInts(at.targets());
      Tensor buffer = scope.zeros(ElementType.F64, Math.clamp(CHUNK / cols(), 1, rows()), cols());
      for (long first = 0; first < rows(); first += buffer.rows()) {
        Tensor chunk = buffer.rows(0, Math.min(buffer.rows(), rows() - first));
        Tensor inputs = hidden.rows(first, chunk.rows());
        backend.gemm(Transpose.NO, Transpose.YES, 1, inputs, weights, 0, chunk);
        double[] values = backend.toDoubles(chunk);
        for (int row = 0; row < chunk.rows(); row++) {
          toGradient(values, row * bias.length, bias, targets[(int) first + row]);
        }
        backend.write(values, chunk);
        visitor.accept(first, chunk);
      }
    }
  }

  private Tensor wide(TensorScope scope, Tensor matrix) {
    Tensor wide = scope.zeros(ElementType.F64, matrix.rows(), matrix.cols());
    backend.copy(matrix, wide);
    return wide;
  }

  /** A row of H·Wᵀ to its row of G. */
  private void toGradient(double[] x, int from, double[] bias, int target) {
    for (int i = 0; i < bias.length; i++) {
      x[from + i] += bias[i];
    }
    LogitRounding.toGradient(x, from, bias.length, target, head.cap());
    for (int i = from; i < from + bias.length; i++) {
      x[i] *= at.meanScale();
    }
  }
}
