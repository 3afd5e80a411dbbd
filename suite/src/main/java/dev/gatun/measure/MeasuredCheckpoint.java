package dev.gatun.measure;

import dev.gatun.tensor.Tensor;

/**
 * What a dump needs of a measurement.
 *
 * @param hidden hidden states after the final norm [B·T, D], in the caller's scope
 * @param loss mean cross-entropy over the contexts, nats
 * @param destroyedNorm ‖G − G P_W‖/‖G‖; NaN for a gradient of zero
 * @param singularValues of G, descending, min(N, V) of them
 */
public record MeasuredCheckpoint(
    Tensor hidden, double loss, double destroyedNorm, double[] singularValues) {

  /** Of no gradient yet. */
  MeasuredCheckpoint(Tensor hidden, double loss) {
    this(hidden, loss, Double.NaN, new double[0]);
  }

  /** This with what is measured of the gradient. */
  MeasuredCheckpoint with(double destroyed, double[] singular) {
    return new MeasuredCheckpoint(hidden, loss, destroyed, singular);
  }
}
