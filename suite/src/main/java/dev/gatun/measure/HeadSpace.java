package dev.gatun.measure;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Optional;

/**
 * The column space of large head weights W [V, D], from WᵀW = E·Λ·Eᵀ in f64: with T = E·Λ^−½ [D, d]
 * over the d eigenvalues that are not zero, W·T has orthonormal columns. W is read where it lies,
 * by chunks of rows; no second V×D matrix is held, neither in f64. The space may also be that of
 * the centred head C·W = W − 1mᵀ, m the mean row, by (CW)ᵀ(CW) = WᵀW − V·mmᵀ.
 *
 * <p><b>Error.</b> Eigenvalues are known to δ = (V + D)·u·tr(WᵀW), u = 2⁻⁵³ (see {@link
 * dev.gatun.spectrum.GramSpectrum}), of C·W to three times that; those not above δ count as zero. A
 * direction with eigenvalue λ is normalised to within δ/λ of its energy.
 */
final class HeadSpace implements AutoCloseable {
  private static final double UNIT_ROUNDOFF = 0x1p-53;
  private static final long CHUNK = 1 << 22;

  private final Backend backend;
  private final TensorScope scope;
  private final Tensor weights;
  private final Optional<Tensor> mean; // m [1, D] F64, if the space is that of C·W
  private final double[] eigenvalues; // of the directions kept, descending
  private final double error;
  private final Spectrum spectrum;
  private final Tensor vectors; // [D, D] F64: rows are eigenvectors, descending
  private final Tensor toBasis; // T [D, d] F64

  /**
   * Reads the weights once.
   *
   * @param weights W [V, D]; kept, not changed
   * @throws IllegalArgumentException if they are all zero
   */
  HeadSpace(Backend backend, Tensor weights) {
    this(backend, weights, false);
  }

  /** The space of C·W, read likewise; none if all rows of W are equal. */
  static Optional<HeadSpace> centred(Backend backend, Tensor weights) {
    var space = new HeadSpace(backend, weights, true);
    if (space.rank() == 0) {
      space.close();
      return Optional.empty();
    }
    return Optional.of(space);
  }

  private HeadSpace(Backend backend, Tensor weights, boolean centred) {
    this.backend = backend;
    this.weights = weights;
    try (var opened = new CloseStack()) {
      this.scope = opened.own(backend.newScope());
      int width = Math.toIntExact(weights.cols());
      this.mean = centred ? Optional.of(meanRow()) : Optional.empty();
      this.vectors = scope.zeros(ElementType.F64, width, width);
      double[] ascending = eigenvectors();
      double energy = 0;
      for (double value : ascending) {
        energy += Math.max(0, value);
      }
      if (!centred && !(energy > 0 && energy < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "the head's weights %s have norm %s; nothing can be measured of such a head"
                .formatted(weights.shape(), Math.sqrt(energy)));
      }
      double roundings = (weights.rows() + width) * UNIT_ROUNDOFF;
      this.error =
          mean.isEmpty()
              ? roundings * energy
              : 3 * roundings * (energy + weights.rows() * backend.sumOfSquares(mean.get()));
      this.spectrum = spectrum(ascending);
      this.eigenvalues = new double[rank(ascending)];
      for (int i = 0; i < eigenvalues.length; i++) {
        eigenvalues[i] = ascending[width - 1 - i];
      }
      this.toBasis = scope.zeros(ElementType.F64, width, Math.max(1, eigenvalues.length));
      orderVectors();
      opened.keep();
    }
  }

  private Tensor meanRow() {
    Tensor sum = scope.zeros(ElementType.F64, 1, weights.cols());
    try (TensorScope scratch = backend.newScope()) {
      Tensor ones = scratch.zeros(ElementType.F64, rowsAtOnce(), 1);
      backend.fill(ones, 1.0 / weights.rows());
      forEachChunk(
          scratch,
          (_, rows) ->
              backend.gemm(
                  Transpose.YES, Transpose.NO, 1, ones.rows(0, rows.rows()), rows, 1, sum));
    }
    return sum;
  }

  private long rowsAtOnce() {
    return Math.clamp(CHUNK / weights.cols(), 1, weights.rows());
  }

  /** Sees some rows of W in F64, which are overwritten afterwards. */
  private interface Visitor {
    void accept(long first, Tensor rows);
  }

  private void forEachChunk(TensorScope scratch, Visitor visitor) {
    Tensor wide = scratch.zeros(ElementType.F64, rowsAtOnce(), weights.cols());
    for (long first = 0; first < weights.rows(); first += wide.rows()) {
      long count = Math.min(wide.rows(), weights.rows() - first);
      backend.copy(weights.rows(first, count), wide.rows(0, count));
      visitor.accept(first, wide.rows(0, count));
    }
  }

  /** Replaces the vectors by the eigenvectors, as rows; returns the eigenvalues, ascending. */
  private double[] eigenvectors() {
    backend.syrk(Transpose.YES, weights, 0, vectors);
    mean.ifPresent(
        m -> backend.gemm(Transpose.YES, Transpose.NO, -weights.rows(), m, m, 1, vectors));
    try (TensorScope scratch = backend.newScope()) {
      Tensor values = scratch.zeros(ElementType.F64, vectors.rows());
      backend.symmetricEigenvectors(vectors, values);
      return backend.toDoubles(values);
    }
  }

  private Spectrum spectrum(double[] ascending) {
    double[] values = new double[(int) Math.min(weights.rows(), ascending.length)];
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.sqrt(Math.max(0, ascending[ascending.length - 1 - i]));
    }
    return new Spectrum(
        values, Math.sqrt(error), weights.rows(), weights.cols(), Spectrum.Method.GRAM);
  }

  private int rank(double[] ascending) {
    int rank = 0;
    int most = (int) Math.min(weights.rows(), ascending.length);
    while (rank < most && ascending[ascending.length - 1 - rank] > error) {
      rank++;
    }
    return rank;
  }

  /** Turns the rows of the vectors to descending order, and makes T of them. */
  private void orderVectors() {
    int width = (int) vectors.rows();
    double[] rows = backend.toDoubles(vectors);
    double[] ordered = new double[rows.length];
    double[] basis = new double[(int) toBasis.size()];
    for (int i = 0; i < width; i++) {
      System.arraycopy(rows, (width - 1 - i) * width, ordered, i * width, width);
    }
    for (int i = 0; i < eigenvalues.length; i++) {
      double length = Math.sqrt(eigenvalues[i]);
      for (int j = 0; j < width; j++) {
        basis[j * eigenvalues.length + i] = ordered[i * width + j] / length;
      }
    }
    backend.write(ordered, vectors);
    backend.write(basis, toBasis);
  }

  /** The singular values, min(V, D) of them. */
  Spectrum spectrum() {
    return spectrum;
  }

  /** d, the number of singular values that are not zero. */
  int rank() {
    return eigenvalues.length;
  }

  /** σ₁/σ_d. */
  double conditionNumber() {
    return Math.sqrt(eigenvalues[0] / eigenvalues[eigenvalues.length - 1]);
  }

  /** T [D, d] F64: W·T is an orthonormal basis of W's column space. Not to be changed. */
  Tensor toBasis() {
    return toBasis;
  }

  /** Right singular vectors as rows, those of the largest singular values first: [D, D] F64. */
  Tensor rightVectors() {
    return vectors;
  }

  /**
   * The coordinates [N, d] F64 in the basis, X·T, of a matrix that is known by X = G·W [N, D] F64;
   * of G·P_W they are all there is. Rows of G sum to 0, so that G·C·W is the same X.
   */
  Tensor coordinates(TensorScope result, Tensor throughHead) {
    Tensor coordinates = result.zeros(ElementType.F64, throughHead.rows(), rank());
    backend.gemm(Transpose.NO, Transpose.NO, 1, throughHead, toBasis, 0, coordinates);
    return coordinates;
  }

  /** The coordinates [n, d] F64 of the rows of W, or of C·W, that belong to some tokens. */
  Tensor coordinatesOf(TensorScope result, int[] tokens) {
    Tensor coordinates = result.zeros(ElementType.F64, tokens.length, rank());
    try (TensorScope scratch = backend.newScope()) {
      Tensor ids = scratch.zeros(ElementType.I32, tokens.length);
      backend.write(tokens, ids);
      Tensor rows = scratch.zeros(weights.type(), tokens.length, weights.cols());
      backend.embedding(weights, ids, rows);
      Tensor wide = scratch.zeros(ElementType.F64, tokens.length, weights.cols());
      backend.copy(rows, wide);
      mean.ifPresent(m -> {
        Tensor ones = scratch.zeros(ElementType.F64, tokens.length, 1);
        backend.fill(ones, 1);
        backend.gemm(Transpose.NO, Transpose.NO, -1, ones, m, 1, wide);
      });
      backend.gemm(Transpose.NO, Transpose.NO, 1, wide, toBasis, 0, coordinates);
    }
    return coordinates;
  }

  /**
   * Bound on the error of the energy Σ‖coordinate i‖² relative to itself that normalising the
   * directions leaves: Σᵢ energyᵢ·δ/λᵢ / Σᵢ energyᵢ.
   *
   * @param energies by direction, [d]
   */
  double relativeEnergyError(double[] energies) {
    double wrong = 0;
    double all = 0;
    for (int i = 0; i < energies.length; i++) {
      wrong += energies[i] * error / eigenvalues[i];
      all += energies[i];
    }
    return all > 0 ? wrong / all : 0;
  }

  /** Leverage of every token: the squared norm of its row of W·T, [V]; they sum to d. */
  double[] leverage() {
    double[] leverage = new double[Math.toIntExact(weights.rows())];
    try (TensorScope scratch = backend.newScope()) {
      double[] ofMean =
          mean.map(m -> backend.toDoubles(coordinates(scratch, m))).orElse(new double[rank()]);
      Tensor inBasis = scratch.zeros(ElementType.F64, rowsAtOnce(), rank());
      forEachChunk(
          scratch,
          (first, rows) -> {
            Tensor product = inBasis.rows(0, rows.rows());
            backend.gemm(Transpose.NO, Transpose.NO, 1, rows, toBasis, 0, product);
            double[] elements = backend.toDoubles(product);
            for (int i = 0; i < elements.length; i++) {
              double element = elements[i] - ofMean[i % rank()];
              leverage[(int) first + i / rank()] += element * element;
            }
          });
    }
    return leverage;
  }

  @Override
  public void close() {
    scope.close();
  }
}
