package dev.gatun.backend;

import static dev.gatun.backend.Elements.at;
import static dev.gatun.backend.Elements.put;

import dev.gatun.tensor.Tensor;

/** Functions of single elements, and activations with gates. */
final class ReferenceActivations implements Parts.ElementwiseFunctions, Parts.GatedActivation {
  private static final double ROOT_2_OVER_PI = Math.sqrt(2 / Math.PI);
  private static final double CUBIC = 0.044715;

  @Override
  public void elementwise(Elementwise form, Tensor x, Tensor y) {
    for (long i = 0; i < x.size(); i++) {
      put(y, i, elementwise(form, at(x, i)));
    }
  }

  @Override
  public void elementwiseBackward(Elementwise form, Tensor x, Tensor dY, Tensor dX) {
    for (long i = 0; i < x.size(); i++) {
      put(dX, i, at(dY, i) * elementwiseDerivative(form, at(x, i)));
    }
  }

  @Override
  public void clip(double limit, Tensor x, Tensor y) {
    for (long i = 0; i < x.size(); i++) {
      put(y, i, Math.clamp(at(x, i), -limit, limit));
    }
  }

  @Override
  public void clipBackward(double limit, Tensor x, Tensor dY, Tensor dX) {
    for (long i = 0; i < x.size(); i++) {
      put(dX, i, Math.abs(at(x, i)) <= limit ? at(dY, i) : 0);
    }
  }

  static double elementwise(Elementwise form, double x) {
    return switch (form) {
      case GELU -> x * normalCdf(x);
      // 0.5·(1 + tanh u) is the logistic function of 2u, which does not cancel for negative u.
      case GELU_TANH -> x * logistic(2 * ROOT_2_OVER_PI * (x + CUBIC * x * x * x));
      case TANH -> Math.tanh(x);
      case SIGSOFTMAX -> x + Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
      case RELU -> Math.max(x, 0);
    };
  }

  static double elementwiseDerivative(Elementwise form, double x) {
    return switch (form) {
      case GELU -> normalCdf(x) + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
      case GELU_TANH -> {
        double s = logistic(2 * ROOT_2_OVER_PI * (x + CUBIC * x * x * x));
        double inner = 2 * ROOT_2_OVER_PI * (1 + 3 * CUBIC * x * x);
        double oneMinusS = logistic(-2 * ROOT_2_OVER_PI * (x + CUBIC * x * x * x));
        yield s + x * s * oneMinusS * inner;
      }
      case TANH -> 1 / (Math.cosh(x) * Math.cosh(x));
      case SIGSOFTMAX -> 1 + logistic(-x);
      case RELU -> x > 0 ? 1 : 0;
    };
  }

  @Override
  public void gated(Gate gate, Tensor x, Tensor y) {
    long f = y.cols();
    for (long n = 0; n < y.rows(); n++) {
      for (long j = 0; j < f; j++) {
        put(y, n, j, opened(gate, at(x, n, j)) * at(x, n, f + j));
      }
    }
  }

  @Override
  public void gatedBackward(Gate gate, Tensor x, Tensor dY, Tensor dX) {
    long f = dY.cols();
    for (long n = 0; n < dY.rows(); n++) {
      for (long j = 0; j < f; j++) {
        put(dX, n, j, at(dY, n, j) * at(x, n, f + j) * slope(gate, at(x, n, j)));
        put(dX, n, f + j, at(dY, n, j) * opened(gate, at(x, n, j)));
      }
    }
  }

  private static double opened(Gate gate, double x) {
    return switch (gate) {
      case SILU -> x * logistic(x);
      case GELU_TANH -> elementwise(Elementwise.GELU_TANH, x);
    };
  }

  private static double slope(Gate gate, double x) {
    return switch (gate) {
      case SILU -> logistic(x) + x * logistic(x) * logistic(-x);
      case GELU_TANH -> elementwiseDerivative(Elementwise.GELU_TANH, x);
    };
  }

  static double logistic(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  /** Φ(x) with full relative accuracy in the lower tail as well. */
  static double normalCdf(double x) {
    double z = Math.abs(x) / Math.sqrt(2);
    double tail = z < 2 ? (1 - erfSeries(z)) / 2 : erfcFraction(z) / 2;
    return x > 0 ? 1 - tail : tail;
  }

  /** erf by its series of positive terms, Abramowitz and Stegun 7.1.6. */
  private static double erfSeries(double z) {
    double term = z;
    double sum = z;
    for (int n = 1; term > 1e-18 * sum; n++) {
      term *= 2 * z * z / (2 * n + 1);
      sum += term;
    }
    return 2 / Math.sqrt(Math.PI) * Math.exp(-z * z) * sum;
  }

  /** erfc by its continued fraction, Abramowitz and Stegun 7.1.14, for z ≥ 2. */
  private static double erfcFraction(double z) {
    double fraction = z;
    for (int n = 120; n > 0; n--) {
      fraction = z + n / 2.0 / fraction;
    }
    return Math.exp(-z * z) / (Math.sqrt(Math.PI) * fraction);
  }
}
