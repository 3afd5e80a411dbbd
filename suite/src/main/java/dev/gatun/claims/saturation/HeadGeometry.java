package dev.gatun.claims.saturation;

import dev.gatun.backend.Backend;
import dev.gatun.data.TokenFrequencies;
import dev.gatun.measure.Anisotropy;
import dev.gatun.spectrum.GramSpectrum;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.tensor.Tensor;

/**
 * How saturation is measured. The methods as they stand are the exact ones; another implementation
 * measures something else in their place.
 */
interface HeadGeometry {
  /** The exact measures. */
  HeadGeometry EXACT = new HeadGeometry() {};

  /** All singular values of head weights W [V, D], D ≤ V. */
  default Spectrum spectrum(Backend backend, Tensor weights) {
    try (GramSpectrum spectrum = GramSpectrum.ofRows(backend, weights.cols())) {
      spectrum.add(weights);
      return spectrum.finish();
    }
  }

  /** The tokens whose rows training has placed. */
  default int[] commonTokens(TokenFrequencies frequencies) {
    return frequencies.common();
  }

  /** The mean cosine between different rows of hidden states [n, D]. */
  default double meanCosine(Backend backend, Tensor hidden) {
    return Anisotropy.of(backend, hidden).meanCosine();
  }
}
