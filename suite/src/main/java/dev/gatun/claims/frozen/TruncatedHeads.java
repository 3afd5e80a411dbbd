package dev.gatun.claims.frozen;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.model.head.FactorisedHead;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.spectrum.Spectrum.Method;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The control: a trained head W [V, D] cut down to its best approximation of each rank in the
 * Frobenius norm (Eckart and Young 1936), with no training after that. Its relative distance to W
 * is the paper's W-error.
 */
final class TruncatedHeads implements AutoCloseable {
  private static final double UNIT_ROUNDOFF = 0x1p-53;

  private final TensorScope scope;
  private final Spectrum spectrum;
  private final Map<Integer, FactorisedHead> heads = new LinkedHashMap<>();

  /** Cuts W, which is not changed, by one decomposition in f64. */
  TruncatedHeads(Backend backend, Tensor weights, List<Integer> ranks) {
    this.scope = backend.newScope();
    int rows = Math.toIntExact(weights.rows());
    int width = Math.toIntExact(weights.cols());
    double[] u;
    double[] sigma;
    double[] vt;
    try (TensorScope scratch = backend.newScope()) {
      Tensor copy = scratch.zeros(ElementType.F64, rows, width);
      Tensor left = scratch.zeros(ElementType.F64, rows, width);
      Tensor values = scratch.zeros(ElementType.F64, width);
      Tensor right = scratch.zeros(ElementType.F64, width, width);
      backend.copy(weights, copy);
      backend.svd(copy, left, values, right);
      u = backend.toDoubles(left);
      sigma = backend.toDoubles(values);
      vt = backend.toDoubles(right);
    }
    double bound = 2 * UNIT_ROUNDOFF * Math.max(rows, width) * sigma[0];
    this.spectrum = new Spectrum(sigma, bound, rows, width, Method.DIRECT);
    for (int rank : ranks) {
      heads.put(rank, cut(backend, rank, u, sigma, vt));
    }
  }

  private FactorisedHead cut(Backend backend, int rank, double[] u, double[] sigma, double[] vt) {
    int width = sigma.length;
    int rows = u.length / width;
    double[] left = new double[rows * rank];
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < rank; i++) {
        left[row * rank + i] = u[row * width + i] * sigma[i];
      }
    }
    double[] right = new double[rank * width];
    System.arraycopy(vt, 0, right, 0, right.length);
    Tensor a = scope.zeros(backend.real(), rows, rank);
    Tensor b = scope.zeros(backend.real(), rank, width);
    backend.write(left, a);
    backend.write(right, b);
    // Scored and never trained: no gradient is written.
    return FactorisedHead.over(backend, a, a, b, b);
  }

  /** Singular values of W. */
  Spectrum spectrum() {
    return spectrum;
  }

  /** The heads by rank. */
  Map<Integer, FactorisedHead> byRank() {
    return heads;
  }

  @Override
  public void close() {
    heads.values().forEach(FactorisedHead::close);
    scope.close();
  }
}
