package dev.gatun.claims.ngram;

import dev.gatun.backend.Backend;
import dev.gatun.spectrum.SparseGramSpectrum;
import dev.gatun.spectrum.Spectrum;

/** What the matrix is made of; tests break it on purpose. */
interface NgramMeasures {
  /** As the paper has it. */
  NgramMeasures EXACT = new NgramMeasures() {};

  /** Tokens of the context of an n-gram of this order. */
  default int contextLength(int order) {
    return order - 1;
  }

  /** What the row of a context that occurs so often is multiplied by. */
  default double rowWeight(long occurrences) {
    return 1;
  }

  /** The tokens as they are counted; may be the same array, changed. */
  default int[] counted(int[] tokens) {
    return tokens;
  }

  /** All singular values, as {@link SparseGramSpectrum#solve}. */
  default Spectrum spectrum(SparseGramSpectrum gram, Backend backend, long bufferBytes) {
    return gram.solve(backend, bufferBytes);
  }
}
