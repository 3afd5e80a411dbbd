package dev.gatun.spectrum;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Locale;
import java.util.Optional;

/**
 * The column space of head weights W [V, D], in f64, as a basis B [V, D] and the Cholesky factor of
 * BᵀB. The basis is W itself, so that GB is the hidden gradient that backpropagation computes; when
 * W is so badly conditioned that BᵀB would lose more than half of the digits, it is the orthonormal
 * Q of W = QR.
 */
public final class HeadSubspace implements AutoCloseable {
  private static final double EPSILON = 0x1p-52;
  private static final double WORST_CONDITION_FOR_CHOLESKY = 1e4;
  private static final long LEVERAGE_ROWS = 4096;

  private final Backend backend;
  private final TensorScope scope;
  private final Tensor basis;
  private final Tensor choleskyFactor;
  private final Spectrum spectrum;
  private Optional<Tensor> triangle = Optional.empty(); // R of W = QR, if the basis is Q

  /**
   * Copies the weights.
   *
   * @param headWeights W [V, D], F32 or F64, D ≤ V
   * @throws RankDeficientHeadException if the columns of W are linearly dependent to f64 accuracy
   */
  public HeadSubspace(Backend backend, Tensor headWeights) {
    long vocabulary = headWeights.rows();
    long width = headWeights.cols();
    if (width > vocabulary) {
      throw new IllegalArgumentException(
          "head weights [V, D] need D ≤ V to have a null space, got " + headWeights.shape());
    }
    this.backend = backend;
    try (var opened = new CloseStack()) {
      this.scope = opened.own(backend.newScope());
      this.basis = scope.zeros(ElementType.F64, vocabulary, width);
      this.choleskyFactor = scope.zeros(ElementType.F64, width, width);
      backend.copy(headWeights.reshape(vocabulary, width), basis);
      this.spectrum = requireFullRank(DirectSpectrum.of(backend, basis));
      if (headConditionNumber() > WORST_CONDITION_FOR_CHOLESKY) {
        orthonormalise();
      }
      backend.syrk(Transpose.YES, basis, 0, choleskyFactor);
      backend.cholesky(choleskyFactor);
      opened.keep();
    }
  }

  /** V. */
  public long vocabulary() {
    return basis.rows();
  }

  /** D. */
  public long width() {
    return basis.cols();
  }

  /** The basis B [V, D], F64: W, or an orthonormal basis of its column space. Not to be changed. */
  public Tensor basis() {
    return basis;
  }

  /** σ₁(W)/σ_D(W). */
  public double headConditionNumber() {
    return spectrum.singularValue(0) / spectrum.singularValue(spectrum.size() - 1);
  }

  /**
   * The singular values of W, from a direct decomposition: a Gram matrix cannot tell 1e8 from ∞.
   */
  public Spectrum spectrum() {
    return spectrum;
  }

  /** Norm destroyed by a head that has nothing to do with the gradient: √(1 − D/V). */
  public double unrelatedDestroyedNorm() {
    return Math.sqrt(1 - (double) width() / vocabulary());
  }

  /**
   * Energy kept by the projector, ‖G P_W‖² = tr((BᵀB)⁻¹ (GB)ᵀ(GB)).
   *
   * @param projectedGram (GB)ᵀ(GB) [D, D] F64, in its lower triangle; not changed
   */
  public double keptEnergy(Tensor projectedGram) {
    try (TensorScope scratch = backend.newScope()) {
      Tensor solved = symmetric(scratch, projectedGram);
      backend.choleskySolve(choleskyFactor, solved);
      return Math.max(0, trace(solved));
    }
  }

  /**
   * Cosine of G and of the direction that the head lets through, cos(G, G·W·Wᵀ) = tr(M)/√(‖G‖²·tr(M
   * WᵀW)) with M = (GW)ᵀ(GW).
   *
   * @param projectedGram (GB)ᵀ(GB) [D, D] F64, in its lower triangle; not changed
   * @param energy ‖G‖²
   */
  double cosine(Tensor projectedGram, double energy) {
    try (TensorScope scratch = backend.newScope()) {
      Tensor moved = symmetric(scratch, projectedGram);
      Tensor ofHead = scratch.zeros(ElementType.F64, width(), width());
      Tensor factor = triangle.orElse(basis);
      backend.gemm(Transpose.YES, Transpose.NO, 1, factor, factor, 0, ofHead);
      triangle.ifPresent(r -> {
        Tensor product = scratch.zeros(ElementType.F64, width(), width());
        backend.gemm(Transpose.NO, Transpose.NO, 1, moved, r, 0, product);
        backend.gemm(Transpose.YES, Transpose.NO, 1, r, product, 0, moved);
      });
      return trace(moved) / Math.sqrt(energy * backend.dot(moved, ofHead));
    }
  }

  private Tensor symmetric(TensorScope scratch, Tensor lowerTriangle) {
    int width = (int) width();
    double[] symmetric = backend.toDoubles(lowerTriangle);
    for (int i = 0; i < width; i++) {
      for (int j = i + 1; j < width; j++) {
        symmetric[i * width + j] = symmetric[j * width + i];
      }
    }
    Tensor whole = scratch.zeros(ElementType.F64, width, width);
    backend.write(symmetric, whole);
    return whole;
  }

  private double trace(Tensor square) {
    double[] elements = backend.toDoubles(square);
    double trace = 0;
    for (int i = 0; i < elements.length; i += (int) square.cols() + 1) {
      trace += elements[i];
    }
    return trace;
  }

  /**
   * Leverage of every token, the diagonal of the projector: ℓ_v = b_vᵀ(BᵀB)⁻¹b_v in [0, 1], which
   * sum to D.
   */
  public double[] leverage() {
    double[] leverage = new double[(int) vocabulary()];
    int width = (int) width();
    try (TensorScope scratch = backend.newScope()) {
      Tensor inverse = scratch.zeros(ElementType.F64, width, width);
      backend.write(identity(width), inverse);
      backend.choleskySolve(choleskyFactor, inverse);
      Tensor solved =
          scratch.zeros(ElementType.F64, Math.min(LEVERAGE_ROWS, leverage.length), width);
      for (long from = 0; from < leverage.length; from += LEVERAGE_ROWS) {
        Tensor rows = basis.rows(from, Math.min(LEVERAGE_ROWS, leverage.length - from));
        Tensor product = solved.rows(0, rows.rows());
        backend.gemm(Transpose.NO, Transpose.NO, 1, rows, inverse, 0, product);
        rowDots(backend.toDoubles(rows), backend.toDoubles(product), width, leverage, (int) from);
      }
    }
    return leverage;
  }

  @Override
  public void close() {
    scope.close();
  }

  private static void rowDots(double[] x, double[] y, int width, double[] dots, int from) {
    for (int row = 0; row < x.length / width; row++) {
      double dot = 0;
      for (int i = row * width; i < (row + 1) * width; i++) {
        dot += x[i] * y[i];
      }
      dots[from + row] = dot;
    }
  }

  private static double[] identity(int width) {
    double[] identity = new double[width * width];
    for (int i = 0; i < width; i++) {
      identity[i * (width + 1)] = 1;
    }
    return identity;
  }

  private void orthonormalise() {
    Tensor r = scope.zeros(ElementType.F64, width(), width());
    backend.qr(basis, r);
    triangle = Optional.of(r);
  }

  private Spectrum requireFullRank(Spectrum ofHead) {
    double largest = ofHead.singularValue(0);
    double smallest = ofHead.singularValue(ofHead.size() - 1);
    if (!(smallest > vocabulary() * EPSILON * largest)) {
      throw new RankDeficientHeadException(
          String.format(
              Locale.ROOT,
              "head weights %s have linearly dependent columns (smallest singular value %.3g,"
                  + " largest %.3g): measure a head of fewer columns",
              basis.shape(),
              smallest,
              largest));
    }
    return ofHead;
  }
}
