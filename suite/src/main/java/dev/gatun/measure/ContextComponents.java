package dev.gatun.measure;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;

/**
 * The energies of {@link dev.gatun.spectrum.GradientComponents} where tokens are far more than
 * contexts. With left singular vectors u₁, u₂, … of G [N, V] and the coordinates C = G·Q [N, d] of
 * G·P_W in an orthonormal basis Q of W's columns, the right singular vectors are vᵢ = Gᵀuᵢ/σᵢ, and
 * the energy that the head keeps along one is ‖G P_W vᵢ‖² = ‖C Cᵀuᵢ‖²/σᵢ². What lies along no vᵢ is
 * the rest of ‖G P_W‖² = ‖C‖², a last entry.
 */
final class ContextComponents {
  private static final double UNIT_ROUNDOFF = 0x1p-53;

  private final Backend backend;
  private final Tensor vectors;
  private final Spectrum spectrum;
  private final int rank;
  private final double rounding;

  /**
   * For a gradient.
   *
   * @param rounding ‖δG‖/‖G‖ with which G itself is known
   */
  ContextComponents(Backend backend, ContextGram.Components components, double rounding) {
    this.rounding = rounding;
    this.backend = backend;
    this.vectors = components.vectors();
    this.spectrum = components.spectrum();
    this.rank = spectrum.numericalRank();
  }

  /** σᵢ², the largest first, and 0 for what lies along none. */
  double[] energies() {
    double[] energies = new double[rank + 1];
    for (int i = 0; i < rank; i++) {
      energies[i] = spectrum.singularValue(i) * spectrum.singularValue(i);
    }
    return energies;
  }

  /**
   * ‖G P_W vᵢ‖², in the order of {@link #energies}.
   *
   * @param coordinates C [N, d] F64
   */
  double[] keptEnergies(Tensor coordinates) {
    return energies(coordinates, backend.sumOfSquares(coordinates));
  }

  /** ‖C Cᵀuᵢ‖²/σᵢ², and what is missing from a whole. */
  private double[] energies(Tensor coordinates, double whole) {
    int contexts = (int) coordinates.rows();
    int d = (int) coordinates.cols();
    double[] kept = new double[rank + 1];
    try (TensorScope scratch = backend.newScope()) {
      Tensor gram = scratch.zeros(ElementType.F64, d, d);
      Tensor along = scratch.zeros(ElementType.F64, contexts, d);
      Tensor product = scratch.zeros(ElementType.F64, contexts, d);
      backend.gemm(Transpose.YES, Transpose.NO, 1, coordinates, coordinates, 0, gram);
      backend.gemm(Transpose.NO, Transpose.NO, 1, vectors, coordinates, 0, along);
      backend.gemm(Transpose.NO, Transpose.NO, 1, along, gram, 0, product);
      double[] left = backend.toDoubles(along);
      double[] right = backend.toDoubles(product);
      double sum = 0;
      for (int i = 0; i < rank; i++) {
        double dot = 0;
        int row = (contexts - 1 - i) * d;
        for (int j = row; j < row + d; j++) {
          dot += left[j] * right[j];
        }
        kept[i] = Math.max(0, dot) / (spectrum.singularValue(i) * spectrum.singularValue(i));
        sum += kept[i];
      }
      kept[rank] = Math.max(0, whole - sum);
    }
    return kept;
  }

  /**
   * ‖G M Mᵀ vᵢ‖² of a head M = Q·diag(σ)·Eᵀ, in the order of {@link #energies}. With C = G·Q it is
   * ‖C' C'ᵀuᵢ‖²/σᵢ² for C' = C·diag(σ), and the whole is ‖C·diag(σ²)‖².
   *
   * @param coordinates C [N, d] F64
   * @param singularValues σ [d]
   */
  double[] movedEnergies(Tensor coordinates, double[] singularValues) {
    double[] scaled = backend.toDoubles(coordinates);
    int d = (int) coordinates.cols();
    double whole = 0;
    for (int i = 0; i < scaled.length; i++) {
      double sigma = singularValues[i % d];
      scaled[i] *= sigma;
      whole += scaled[i] * scaled[i] * sigma * sigma;
    }
    try (TensorScope scratch = backend.newScope()) {
      Tensor through = scratch.zeros(ElementType.F64, coordinates.rows(), d);
      backend.write(scaled, through);
      return energies(through, whole);
    }
  }

  /** Bound on the error of a relative cumulative energy over the first k; see there. */
  double cumulativeError(int k) {
    if (k >= rank) {
      return 0;
    }
    double energy = Arrays.stream(spectrum.singularValues()).map(s -> s * s).sum();
    double ofGram = (spectrum.rows() + spectrum.cols()) * UNIT_ROUNDOFF * energy;
    // G·Gᵀ changes by at most 2·σ₁·‖δG‖.
    double error = ofGram + 2 * rounding * Math.sqrt(energy) * spectrum.singularValue(0);
    double upper = spectrum.singularValue(k - 1);
    double lower = spectrum.singularValue(k);
    double gap = (upper - lower) * (upper + lower);
    return gap > 0 ? Math.min(1, 2 * error / gap) : 1;
  }
}
