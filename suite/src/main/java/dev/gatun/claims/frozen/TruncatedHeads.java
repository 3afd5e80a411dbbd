package dev.gatun.claims.frozen;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.measure.RankHead;
import dev.gatun.model.head.FactorisedHead;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.spectrum.Spectrum.Method;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The control: a trained head W [V, D] cut down to its best approximation of each rank in the
 * Frobenius norm (Eckart and Young 1936), with no training after that, and with its bias. Its
 * relative distance to W is the paper's W-error.
 */
final class TruncatedHeads implements AutoCloseable {
  private static final double UNIT_ROUNDOFF = 0x1p-53;

  private final Backend backend;
  private final Optional<Tensor> bias; // [V]
  private final TensorScope scope;
  private final double[] u; // [V, D]
  private final double[] sigma;
  private final double[] vt; // [D, D]
  private final List<FactorisedHead> scored = new ArrayList<>();

  /** Decomposes W, which is not changed, in f64. */
  TruncatedHeads(Backend backend, Tensor weights, Optional<Tensor> bias) {
    this.backend = backend;
    this.bias = bias;
    int rows = Math.toIntExact(weights.rows());
    int width = Math.toIntExact(weights.cols());
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
    this.scope = backend.newScope();
  }

  /** W cut down to a rank: U·√σ [V, r] and √σ·Vᵀ [r, D]. */
  RankHead.Factors factors(int rank) {
    int width = sigma.length;
    int rows = u.length / width;
    double[] left = new double[rows * rank];
    double[] right = new double[rank * width];
    for (int i = 0; i < rank; i++) {
      double root = Math.sqrt(sigma[i]);
      for (int row = 0; row < rows; row++) {
        left[row * rank + i] = u[row * width + i] * root;
      }
      for (int col = 0; col < width; col++) {
        right[i * width + col] = vt[i * width + col] * root;
      }
    }
    Tensor a = scope.zeros(backend.real(), rows, rank);
    Tensor b = scope.zeros(backend.real(), rank, width);
    backend.write(left, a);
    backend.write(right, b);
    return new RankHead.Factors(a, b);
  }

  /** A head of each rank, which is scored and never trained. */
  Map<Integer, FactorisedHead> heads(List<Integer> ranks) {
    Map<Integer, FactorisedHead> heads = new LinkedHashMap<>();
    for (int rank : ranks) {
      RankHead.Factors cut = factors(rank);
      var head = new FactorisedHead(backend, cut.a(), cut.a(), cut.b(), cut.b(), bias);
      scored.add(head);
      heads.put(rank, head);
    }
    return heads;
  }

  /** Singular values of W. */
  Spectrum spectrum() {
    int rows = u.length / sigma.length;
    double bound = 2 * UNIT_ROUNDOFF * Math.max(rows, sigma.length) * sigma[0];
    return new Spectrum(sigma, bound, rows, sigma.length, Method.DIRECT);
  }

  @Override
  public void close() {
    scored.forEach(FactorisedHead::close);
    scope.close();
  }
}
