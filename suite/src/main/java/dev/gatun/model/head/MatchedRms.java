package dev.gatun.model.head;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.Tensor;

/**
 * Scales one tensor to the root mean square of another without a number that the host reads, so
 * that a pass which does it can be recorded.
 */
final class MatchedRms {
  /** Leaves every mean square that a gradient has as it is, and makes 0 of 0/0. */
  private static final double EPSILON = Float.MIN_NORMAL;

  private final Backend backend;
  private final Tensor ones; // [n]
  private final Tensor unit; // [1, n], root mean square 1
  private final Tensor unitReference; // [1, n], root mean square 1
  private final Tensor reciprocal; // [1]
  private final Tensor rms; // [1, 1]

  /** For tensors of n elements. */
  MatchedRms(Backend backend, TensorScope scope, long n) {
    this.backend = backend;
    this.ones = scope.zeros(backend.real(), n);
    this.unit = scope.zeros(backend.real(), 1, n);
    this.unitReference = scope.zeros(backend.real(), 1, n);
    this.reciprocal = scope.zeros(backend.real(), 1);
    this.rms = scope.zeros(backend.real(), 1, 1);
    backend.fill(ones, 1);
  }

  /** out = beta·out + x·rms(reference)/rms(x); out may be either. */
  void add(Tensor x, Tensor reference, double beta, Tensor out) {
    long n = ones.size();
    Tensor row = reference.reshape(1, n);
    backend.rmsNorm(x.reshape(1, n), ones, EPSILON, unit, reciprocal);
    backend.rmsNorm(row, ones, EPSILON, unitReference, reciprocal);
    // The mean of reference²/rms(reference).
    backend.gemm(Transpose.NO, Transpose.YES, 1.0 / n, row, unitReference, 0, rms);
    backend.gemm(Transpose.NO, Transpose.NO, 1, rms, unit, beta, out.reshape(1, n));
  }
}
