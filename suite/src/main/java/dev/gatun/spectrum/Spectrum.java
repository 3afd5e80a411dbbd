package dev.gatun.spectrum;

import java.util.Arrays;
import java.util.Objects;

/**
 * All singular values of a matrix, with a bound on their error.
 *
 * @param singularValues descending, min(rows, cols) of them
 * @param errorBound absolute: no singular value is further than this from the matrix's own
 * @param rows rows of the matrix
 * @param cols columns of the matrix
 * @param method how the values were found
 */
public record Spectrum(
    double[] singularValues, double errorBound, long rows, long cols, Method method) {

  /** How singular values were found. */
  public enum Method {
    /** Square roots of the eigenvalues of a Gram matrix accumulated in f64. */
    GRAM("gram-f64"),
    /** A singular value decomposition of the matrix itself in f64. */
    DIRECT("direct");

    private final String label;

    Method(String label) {
      this.label = label;
    }

    /** As stored with the evidence: {@code gram-f64} or {@code direct}. */
    public String label() {
      return label;
    }
  }

  /** Copies the values and checks their number, order and sign. */
  public Spectrum {
    singularValues = singularValues.clone();
    if (singularValues.length != Math.min(rows, cols)) {
      throw new IllegalArgumentException(
          "a [%s, %s] matrix has %s singular values, got %s"
              .formatted(rows, cols, Math.min(rows, cols), singularValues.length));
    }
    double previous = Double.POSITIVE_INFINITY;
    for (double value : singularValues) {
      if (!(value >= 0 && value <= previous)) {
        throw new IllegalArgumentException(
            "singular values must be descending and at least 0, got %s after %s"
                .formatted(value, previous));
      }
      previous = value;
    }
  }

  /** The singular values, descending (a copy). */
  @Override
  public double[] singularValues() {
    return singularValues.clone();
  }

  /** Number of singular values. */
  public int size() {
    return singularValues.length;
  }

  /** The singular value at an index from 0, the largest first. */
  public double singularValue(int index) {
    return singularValues[index];
  }

  /**
   * Bound on the error of one singular value. From a Gram matrix it is min(b, b²/σ) with b the
   * {@link #errorBound}, because it is the eigenvalue σ² that is known to b²; from a direct
   * decomposition it is b.
   */
  public double errorBound(int index) {
    double sigma = singularValues[index];
    return method == Method.GRAM && sigma > errorBound
        ? errorBound * errorBound / sigma
        : errorBound;
  }

  /** Number of singular values above a threshold. */
  public int rank(double threshold) {
    int rank = 0;
    while (rank < singularValues.length && singularValues[rank] > threshold) {
      rank++;
    }
    return rank;
  }

  /** Number of singular values that are certainly not zero: above the {@link #errorBound}. */
  public int numericalRank() {
    return rank(errorBound);
  }

  /** Frobenius norm of the matrix, √Σσ². */
  public double norm() {
    return tailNorm(0);
  }

  /** √Σ σᵢ² over all but the first k: the distance to the nearest matrix of rank k. */
  public double tailNorm(int k) {
    double energy = 0;
    for (int i = singularValues.length - 1; i >= Math.max(0, k); i--) {
      energy += singularValues[i] * singularValues[i];
    }
    return Math.sqrt(energy);
  }

  /**
   * Relative distance to the nearest matrix of rank k, √Σ_{i>k}σᵢ² / √Σσᵢ² (Eckart and Young 1936);
   * 0 for a zero matrix.
   */
  public double bestRankResidual(int k) {
    double norm = norm();
    return norm == 0 ? 0 : tailNorm(k) / norm;
  }

  /**
   * Bound on the error of {@link #bestRankResidual}: the tail norm moves by at most the 2-norm of
   * the errors of its singular values, which is at most the square root of the sum of their
   * squares.
   */
  public double bestRankResidualError(int k) {
    double square = 0;
    for (int i = k; i < size(); i++) {
      square += errorBound(i) * errorBound(i);
    }
    return Math.sqrt(square) / norm();
  }

  /** Share of the energy in the first k components, Σ_{i≤k}σᵢ² / Σσᵢ². */
  public double energyFraction(int k) {
    double residual = bestRankResidual(k);
    return 1 - residual * residual;
  }

  /**
   * D_eff = (Σσ²)²/Σσ⁴, the number of equal singular values that would spread their energy as these
   * do: from 1, if one holds everything, to their number.
   */
  public double participationRatio() {
    double largest = singularValues[0];
    double squares = 0;
    double fourths = 0;
    for (double value : singularValues) {
      double square = (value / largest) * (value / largest);
      squares += square;
      fourths += square * square;
    }
    return squares * squares / fourths;
  }

  /**
   * The fewest leading components whose norm is at least a fraction of the whole norm: the least k
   * with √Σ_{i≤k}σᵢ² ≥ fraction·√Σσᵢ².
   */
  public int componentsForNorm(double fraction) {
    if (!(fraction >= 0 && fraction <= 1)) {
      throw new IllegalArgumentException("a fraction of the norm is in [0, 1], got " + fraction);
    }
    double wanted = fraction * norm();
    double energy = 0;
    int k = 0;
    while (k < singularValues.length && Math.sqrt(energy) < wanted) {
      energy += singularValues[k] * singularValues[k];
      k++;
    }
    return k;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Spectrum that
        && Arrays.equals(singularValues, that.singularValues)
        && Double.compare(errorBound, that.errorBound) == 0
        && rows == that.rows
        && cols == that.cols
        && method == that.method;
  }

  @Override
  public int hashCode() {
    return Objects.hash(Arrays.hashCode(singularValues), errorBound, rows, cols, method);
  }
}
