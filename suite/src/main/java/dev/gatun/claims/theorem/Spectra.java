package dev.gatun.claims.theorem;

import java.util.stream.IntStream;

/**
 * The singular values of an ideal head, up to a factor: σᵢ ∝ i^−exponent.
 *
 * @param arm as in {@code power1}; {@code flat} for exponent 0
 */
record Spectra(String arm, double exponent) {

  /** So many values, descending, with √Σσᵢ² = norm. */
  double[] values(int count, double norm) {
    double[] raw =
        IntStream.rangeClosed(1, count).mapToDouble(i -> StrictMath.pow(i, -exponent)).toArray();
    double energy = 0;
    for (int i = count - 1; i >= 0; i--) {
      energy += raw[i] * raw[i];
    }
    double factor = norm / Math.sqrt(energy);
    return IntStream.range(0, count).mapToDouble(i -> raw[i] * factor).toArray();
  }
}
