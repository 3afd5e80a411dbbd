package dev.gatun.claims.ngram;

import dev.gatun.spectrum.SparseMatrix;
import dev.gatun.spectrum.Spectrum;
import java.util.Arrays;

/**
 * W-error(d) = √Σ_{i>d} σᵢ² / ‖W‖ for every d (arXiv 2404.07647, section 5): the share of W that no
 * matrix of rank d can have (Eckart and Young).
 */
final class ErrorCurve {
  private final double[] errors;

  /**
   * For a matrix.
   *
   * @param energy ‖W‖², from the entries and not from the spectrum
   */
  ErrorCurve(Spectrum spectrum, double energy) {
    this(Arrays.stream(spectrum.singularValues()).map(s -> s * s).toArray(), energy);
  }

  /**
   * For energies by component, the largest first.
   *
   * @param energy their sum, or what stands for it
   */
  private ErrorCurve(double[] energies, double energy) {
    errors = new double[energies.length + 1];
    double tail = 0;
    for (int d = energies.length - 1; d >= 0; d--) {
      tail += energies[d];
      errors[d] = Math.sqrt(tail / energy);
    }
  }

  /**
   * The curve of a matrix whose columns have the same lengths and are orthogonal: its singular
   * values are σ_v² = Σ_c p(v|c)². They tell how often a token follows, and not what it follows.
   */
  static ErrorCurve ofColumns(SparseMatrix matrix) {
    double[] energies = matrix.loneEnergy();
    matrix.forEachMixedRow((columns, values, entries) -> {
      for (int i = 0; i < entries; i++) {
        energies[columns[i]] += values[i] * values[i];
      }
    });
    return ofColumns(energies);
  }

  /** The same from the columns' squared lengths. */
  static ErrorCurve ofColumns(double[] energies) {
    double[] descending =
        Arrays.stream(energies).map(energy -> -energy).sorted().map(energy -> -energy).toArray();
    return new ErrorCurve(descending, Arrays.stream(descending).sum());
  }

  /** The number of components. */
  int size() {
    return errors.length - 1;
  }

  /** W-error(d); 0 from the number of singular values on. */
  double at(int d) {
    return d < errors.length ? errors[d] : 0;
  }

  /** The least d with W-error(d) of at most a level. */
  int dimension(double level) {
    int d = 0;
    while (at(d) > level) {
      d++;
    }
    return d;
  }
}
