package dev.gatun.measure;

import dev.gatun.backend.Backend;
import dev.gatun.spectrum.GradientComponents;
import dev.gatun.spectrum.GradientProjection;
import dev.gatun.spectrum.GramSpectrum;
import dev.gatun.spectrum.HeadProjection;
import dev.gatun.spectrum.LogitDirection;
import dev.gatun.spectrum.LogitStep;
import dev.gatun.spectrum.QrSpectrum;
import dev.gatun.spectrum.RowChunks;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * How the claims about the gradient bottleneck measure a head with weights W [V, D] under a logit
 * gradient G [N, V]. The methods as they stand are the exact ones; another implementation measures
 * something else in their place.
 */
public interface HeadMeasures {
  HeadMeasures EXACT = new HeadMeasures() {};

  /** Norm of G kept and destroyed by W. */
  default GradientProjection project(Backend backend, Tensor headWeights, RowChunks gradient) {
    try (var projection = new HeadProjection(backend, headWeights)) {
      gradient.forEach((_, chunk) -> projection.add(chunk));
      return projection.result();
    }
  }

  /** All singular values of a matrix with at least as many rows as columns. */
  default Spectrum spectrum(Backend backend, RowChunks matrix) {
    try (GramSpectrum spectrum = GramSpectrum.ofRows(backend, matrix.cols())) {
      matrix.forEach((_, chunk) -> spectrum.add(chunk));
      return spectrum.finish();
    }
  }

  /** The change of the logits by a gradient step of rate 1 on H [N, D] and W. */
  default StepSpectrum logitStep(
      Backend backend, Tensor hiddenStates, Tensor headWeights, RowChunks gradient) {
    try (var step = new LogitStep(backend, 1, hiddenStates, headWeights, gradient)) {
      return new StepSpectrum(step.spectrum(), step.directionResidual());
    }
  }

  /**
   * All singular values of the first rows of a logit gradient, for each of several batches.
   *
   * @param batches numbers of rows, ascending
   */
  default List<Spectrum> batchSpectra(Backend backend, RowChunks gradient, long[] batches) {
    List<Spectrum> spectra = new ArrayList<>();
    try (var spectrum = new QrSpectrum(backend, gradient.cols())) {
      gradient.forEach((first, chunk) -> {
        long end = first + chunk.rows();
        long added = first;
        while (spectra.size() < batches.length && batches[spectra.size()] <= end) {
          long batch = batches[spectra.size()];
          spectrum.add(chunk.rows(added - first, batch - added));
          spectra.add(spectrum.spectrum());
          added = batch;
        }
        spectrum.add(chunk.rows(added - first, end - added));
      });
    }
    return spectra;
  }

  /** The direction in which a gradient step on the hidden states moves the logits, −G·W·Wᵀ. */
  default LogitDirection hiddenInduced(Tensor headWeights) {
    return LogitDirection.through(headWeights);
  }

  /** Energy of G·P_W over the right singular vectors of G. */
  default double[] keptEnergies(GradientComponents components, Tensor headWeights) {
    return components.keptEnergies(headWeights);
  }

  /** Energy of G·W·Wᵀ over the right singular vectors of G. */
  default double[] movedEnergies(GradientComponents components, Tensor headWeights) {
    return components.movedEnergies(headWeights);
  }

  /**
   * What a gradient step does to the logits.
   *
   * @param spectrum singular values of ΔL
   * @param directionResidual √(1 − cos²(G, ΔL))
   */
  record StepSpectrum(Spectrum spectrum, double directionResidual) {}
}
