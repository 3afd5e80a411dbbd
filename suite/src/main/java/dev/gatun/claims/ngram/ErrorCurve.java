package dev.gatun.claims.ngram;

import dev.gatun.spectrum.Spectrum;

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
    errors = new double[spectrum.size() + 1];
    double tail = 0;
    for (int d = spectrum.size() - 1; d >= 0; d--) {
      tail += spectrum.singularValue(d) * spectrum.singularValue(d);
      errors[d] = Math.sqrt(tail / energy);
    }
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
