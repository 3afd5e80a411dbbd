package dev.gatun.measure;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.model.head.Head;
import dev.gatun.model.head.HeadInputs;
import dev.gatun.model.head.MatrixHead;
import dev.gatun.spectrum.GradientComponents;
import dev.gatun.spectrum.GradientProjection;
import dev.gatun.spectrum.GramSpectrum;
import dev.gatun.spectrum.HeadProjection;
import dev.gatun.spectrum.LogitDirection;
import dev.gatun.spectrum.LogitStep;
import dev.gatun.spectrum.RowChunks;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.tensor.Tensor;

/**
 * How the claims about the gradient bottleneck measure a head with weights W [V, D] under a logit
 * gradient G [N, V]. The methods as they stand are the exact ones; another implementation measures
 * something else in their place.
 */
public interface HeadMeasures {
  /** The exact measures. */
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
   * All singular values of G for the first contexts of a batch, from the smaller Gram matrix. For
   * fewer contexts than tokens that is G·Gᵀ, by blocks of columns; heads that give rows alone have
   * G held whole for it, [contexts, V], which is less than half of GᵀG in f64 would be.
   */
  default Spectrum batchSpectrum(Backend backend, Head head, HeadInputs at, long contexts) {
    Tensor hidden = at.hidden().rows(0, contexts);
    Tensor targets = at.targets().slice(0, contexts);
    double scale = 1.0 / contexts;
    if (contexts >= head.vocabulary()) {
      try (GramSpectrum spectrum = GramSpectrum.ofRows(backend, head.vocabulary())) {
        head.streamGradient(hidden, targets, scale, (_, chunk) -> spectrum.add(chunk));
        return spectrum.finish();
      }
    }
    try (TensorScope scope = backend.newScope();
        GramSpectrum spectrum = GramSpectrum.ofColumns(backend, contexts)) {
      if (head instanceof MatrixHead) {
        head.streamGradientColumns(hidden, targets, scale, (_, block) -> spectrum.add(block));
      } else {
        Tensor whole = scope.zeros(backend.real(), contexts, head.vocabulary());
        head.streamGradient(
            hidden,
            targets,
            scale,
            (first, chunk) -> backend.copy(chunk, whole.rows(first, chunk.rows())));
        spectrum.add(whole);
      }
      return spectrum.finish();
    }
  }

  /** The direction in which a gradient step on the hidden states moves the logits, −G·W·Wᵀ. */
  default LogitDirection hiddenInduced(Tensor headWeights) {
    return LogitDirection.through(headWeights);
  }

  /** Energy of G·P_W over the right singular vectors of G. */
  default double[] keptEnergies(GradientComponents components, Tensor headWeights) {
    return components.keptEnergies(headWeights);
  }

  /**
   * What a gradient step does to the logits.
   *
   * @param spectrum singular values of ΔL
   * @param directionResidual √(1 − cos²(G, ΔL))
   */
  record StepSpectrum(Spectrum spectrum, double directionResidual) {}
}
