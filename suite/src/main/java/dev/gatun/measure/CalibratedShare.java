package dev.gatun.measure;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.Tensor;

/**
 * The closed form of {@link dev.gatun.spectrum.CalibratedProjection} from what one walk over the
 * columns of G = (P − Y)/N leaves: with p_n = N·g_n + e_y,
 *
 * <pre>
 * Σ_n Σ_v p_nv·ℓ_v = N·Σ_v ℓ_v·Σ_n g_nv + Σ_n ℓ_y,    Πp_n from P·W = N·G·W + Y·W,
 * Σ_n ‖p_n‖² = N²‖G‖² + 2N·Σ_n g_ny + N.
 * </pre>
 */
record CalibratedShare(Backend backend, ContextGram gram, int[] targets) {
  /** Probabilities that are surer than this on average are 1 but for the rounding of f32. */
  private static final double SURE = 0x1p-16;

  /**
   * c², the share of the energy that a head is expected to keep; NaN for a model that is sure of
   * every token, which expects no gradient.
   *
   * @param leverage ℓ of all tokens
   * @param throughHead the coordinates of G in the head's space [N, d]
   */
  double keptEnergy(HeadSpace space, double[] leverage, Tensor throughHead) {
    double contexts = targets.length;
    double[] sums = gram.columnSums();
    double ofLabels = 0;
    for (int v = 0; v < sums.length; v++) {
      ofLabels += contexts * sums[v] * leverage[v];
    }
    for (int target : targets) {
      ofLabels += leverage[target];
    }
    double unsure = -2 * contexts * gram.sumAtTargets() - contexts * contexts * gram.energy();
    if (!(unsure > SURE * contexts)) {
      return Double.NaN;
    }
    try (TensorScope scope = backend.newScope()) {
      Tensor ofProbabilities = space.coordinatesOf(scope, targets);
      backend.axpy(contexts, throughHead, ofProbabilities);
      return (ofLabels - backend.sumOfSquares(ofProbabilities)) / unsure;
    }
  }
}
