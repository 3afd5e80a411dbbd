package dev.gatun.measure;

import dev.gatun.backend.Backend;
import dev.gatun.spectrum.GramSpectrum;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.tensor.Tensor;

/**
 * How unevenly the energy of a matrix is spread over its singular values: the Kullback–Leibler
 * divergence KL(p ‖ uniform) = ln n + Σ pᵢ·ln pᵢ of pᵢ = σᵢ²/Σσ² over n singular values, in nats
 * (arXiv 2404.07647, "singular entropy"; only squares and the natural logarithm give its figure 5).
 * It is 0 if all are equal and ln n if one holds everything.
 *
 * <p><b>Null.</b> For a Gaussian [V, D], D ≤ V, it is D/(2V) to leading order, the entropy that a
 * random state lacks (Page, Phys. Rev. Lett. 71, 1993).
 *
 * @param divergence KL(p ‖ uniform), nats
 * @param values number of singular values, n
 */
public record SingularEntropy(double divergence, int values) {

  /** Of singular values or of any numbers that are proportional to them; some are not zero. */
  public static SingularEntropy of(double... singularValues) {
    double largest = 0;
    for (double value : singularValues) {
      largest = Math.max(largest, value);
    }
    if (!(largest > 0)) {
      throw new IllegalArgumentException("the singular values of a zero matrix have no entropy");
    }
    // Relative to the largest, no square overflows, and none that matters vanishes.
    double energy = 0;
    for (double value : singularValues) {
      energy += value / largest * (value / largest);
    }
    double sum = 0;
    for (double value : singularValues) {
      double share = value / largest * (value / largest) / energy;
      sum += share > 0 ? share * Math.log(share) : 0;
    }
    // Rounding alone makes it negative.
    return new SingularEntropy(
        Math.max(0, Math.log(singularValues.length) + sum), singularValues.length);
  }

  /** Of a spectrum. */
  public static SingularEntropy of(Spectrum spectrum) {
    return of(spectrum.singularValues());
  }

  /**
   * Of head weights, from their Gram matrix in f64.
   *
   * @param weights W [V, D], D ≤ V; not changed
   */
  public static SingularEntropy ofHead(Backend backend, Tensor weights) {
    try (GramSpectrum spectrum = GramSpectrum.ofRows(backend, weights.cols())) {
      spectrum.add(weights);
      return of(spectrum.finish());
    }
  }

  /** What a Gaussian head of this shape has: D/(2V). */
  public static double ofGaussian(long vocabulary, long width) {
    return width / (2.0 * vocabulary);
  }
}
