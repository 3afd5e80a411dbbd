package dev.gatun.claims.theorem;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/**
 * The loss of a head W = A·B of rank d over that of the ideal one: the mean over contexts of KL(P*
 * ‖ softmax(W·h)), with its gradient, in f64. As a function of A·diag(√σ) and diag(√σ)·B, in which
 * its curvature is about the same in all directions near the ideal head, whatever its spectrum.
 *
 * <p>Exact to a few roundings relative to itself, however small: with Δ = (W − W*)·h, centred so
 * that Σ p*ᵢΔᵢ = 0, the divergence is log(1 + Σ p*ᵢ(e^Δᵢ − 1 − Δᵢ)), a sum of terms that are not
 * negative, and q − p* = p*·(e^Δ − 1 − S)/(1 + S) with S that sum. Neither subtracts losses.
 */
final class LossGap implements AutoCloseable {
  private final Backend backend;
  private final IdealHead ideal;
  private final int rank;
  private final TensorScope scope;
  private final Tensor a; // [V, d]
  private final Tensor b; // [d, K]
  private final Tensor difference; // W − W* [V, K]
  private final Tensor logits; // [N, V]
  private final Tensor weightGradient; // [V, K]
  private final Tensor aGradient;
  private final Tensor bGradient;

  LossGap(Backend backend, IdealHead ideal, int rank) {
    this.backend = backend;
    this.ideal = ideal;
    this.rank = rank;
    try (var opened = new CloseStack()) {
      this.scope = opened.own(backend.newScope());
      int vocabulary = ideal.vocabulary();
      int width = ideal.rank();
      this.a = scope.zeros(ElementType.F64, vocabulary, rank);
      this.b = scope.zeros(ElementType.F64, rank, width);
      this.difference = scope.zeros(ElementType.F64, vocabulary, width);
      this.logits = scope.zeros(ElementType.F64, ideal.contexts().rows(), vocabulary);
      this.weightGradient = scope.zeros(ElementType.F64, vocabulary, width);
      this.aGradient = scope.zeros(ElementType.F64, vocabulary, rank);
      this.bGradient = scope.zeros(ElementType.F64, rank, width);
      opened.keep();
    }
  }

  /** A value and its gradient at some A and B. */
  record Value(double gap, double[] gradient) {}

  /** Numbers of A·diag(√σ), then of diag(√σ)·B. */
  int size() {
    return (int) (a.size() + b.size());
  }

  /** The head that Eckart and Young (1936) give: the first d components of W*. */
  double[] truncated() {
    double[] point = new double[size()];
    int width = ideal.rank();
    double[] left = backend.toDoubles(ideal.left());
    for (int row = 0; row < ideal.vocabulary(); row++) {
      System.arraycopy(left, row * width, point, row * rank, rank);
    }
    System.arraycopy(backend.toDoubles(ideal.right()), 0, point, (int) a.size(), (int) b.size());
    scale(point, 1);
    return point;
  }

  /** The gap in nats, and its gradient. */
  Value at(double[] point) {
    load(point);
    backend.copy(ideal.weights(), difference);
    backend.gemm(Transpose.NO, Transpose.NO, 1, a, b, -1, difference);
    backend.gemm(Transpose.NO, Transpose.YES, 1, ideal.contexts(), difference, 0, logits);
    double[] delta = backend.toDoubles(logits);
    double gap = divergence(delta);
    backend.write(delta, logits);
    backend.gemm(Transpose.YES, Transpose.NO, 1, logits, ideal.contexts(), 0, weightGradient);
    backend.gemm(Transpose.NO, Transpose.YES, 1, weightGradient, b, 0, aGradient);
    backend.gemm(Transpose.YES, Transpose.NO, 1, a, weightGradient, 0, bGradient);
    double[] gradient = new double[size()];
    System.arraycopy(backend.toDoubles(aGradient), 0, gradient, 0, (int) a.size());
    System.arraycopy(backend.toDoubles(bGradient), 0, gradient, (int) a.size(), (int) b.size());
    scale(gradient, -1);
    return new Value(gap, gradient);
  }

  /** Multiplies column i of A and row i of B by √σᵢ, or divides them by it. */
  private void scale(double[] point, int sign) {
    int cut = (int) a.size();
    int width = ideal.rank();
    for (int i = 0; i < rank; i++) {
      double root = Math.sqrt(ideal.sigma()[i]);
      double factor = sign > 0 ? root : 1 / root;
      for (int row = 0; row < ideal.vocabulary(); row++) {
        point[row * rank + i] *= factor;
      }
      for (int col = 0; col < width; col++) {
        point[cut + i * width + col] *= factor;
      }
    }
  }

  private void load(double[] scaled) {
    double[] point = scaled.clone();
    scale(point, -1);
    int cut = (int) a.size();
    double[] first = new double[cut];
    double[] second = new double[point.length - cut];
    System.arraycopy(point, 0, first, 0, cut);
    System.arraycopy(point, cut, second, 0, second.length);
    backend.write(first, a);
    backend.write(second, b);
  }

  /** Mean divergence; Δ becomes (q − p*)/N. */
  private double divergence(double[] delta) {
    double[] p = ideal.probabilities();
    int vocabulary = ideal.vocabulary();
    int contexts = p.length / vocabulary;
    double sum = 0;
    for (int from = 0; from < p.length; from += vocabulary) {
      double mean = 0;
      for (int i = from; i < from + vocabulary; i++) {
        mean += p[i] * delta[i];
      }
      double s = 0;
      for (int i = from; i < from + vocabulary; i++) {
        double centred = delta[i] - mean;
        double grown = StrictMath.expm1(centred);
        s += p[i] * (grown - centred);
        delta[i] = grown;
      }
      for (int i = from; i < from + vocabulary; i++) {
        delta[i] = p[i] * (delta[i] - s) / (1 + s) / contexts;
      }
      sum += StrictMath.log1p(s);
    }
    return sum / contexts;
  }

  @Override
  public void close() {
    scope.close();
  }
}
