package dev.gatun.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Activation functions on F32 vectors, and their derivatives. */
final class ActivationLanes {
  private static final FloatVector CUBIC = Lanes.broadcast(0.044715f);
  private static final FloatVector THRICE_CUBIC = Lanes.broadcast(3 * 0.044715f);

  /** 2·√(2/π): 0.5·(1 + tanh u) is the logistic function of 2u. */
  private static final FloatVector TWICE_ROOT_2_OVER_PI = Lanes.broadcast(1.5957691216f);

  private static final FloatVector MINUS_TWO = Lanes.broadcast(-2f);
  private static final FloatVector FOUR = Lanes.broadcast(4f);

  /** Up to here tanh is a polynomial: beyond, (1 − e)/(1 + e) does not cancel. */
  private static final FloatVector SMALL = Lanes.broadcast(0.625f);

  // Coefficients of (tanh x − x)/x³ in x² (Moshier's Cephes library, tanhf).
  private static final FloatVector T4 = Lanes.broadcast(-5.70498872745e-3f);
  private static final FloatVector T3 = Lanes.broadcast(2.06390887954e-2f);
  private static final FloatVector T2 = Lanes.broadcast(-5.37397155531e-2f);
  private static final FloatVector T1 = Lanes.broadcast(1.33314422036e-1f);
  private static final FloatVector T0 = Lanes.broadcast(-3.33332819422e-1f);

  private ActivationLanes() {}

  static FloatVector geluTanh(FloatVector x) {
    return x.mul(ExponentialLanes.logistic(geluTanhArgument(x)));
  }

  /** 2u, whose logistic function is the share of x that GELU lets through. */
  static FloatVector geluTanhArgument(FloatVector x) {
    FloatVector square = x.mul(x);
    return square.fma(CUBIC, ExponentialLanes.ONE).mul(x).mul(TWICE_ROOT_2_OVER_PI);
  }

  static FloatVector geluTanhDerivative(FloatVector x) {
    return geluTanhDerivative(x, ExponentialLanes.logistic(geluTanhArgument(x)));
  }

  /** s + x·s·(1 − s)·2u′ with s the logistic function of 2u. */
  static FloatVector geluTanhDerivative(FloatVector x, FloatVector s) {
    FloatVector square = x.mul(x);
    FloatVector inner =
        square.fma(THRICE_CUBIC, ExponentialLanes.ONE).mul(x).mul(TWICE_ROOT_2_OVER_PI);
    FloatVector bell = s.mul(ExponentialLanes.ONE.sub(s));
    return inner.fma(bell, s);
  }

  static FloatVector gelu(FloatVector x) {
    FloatVector density = ExponentialLanes.normalDensity(x);
    FloatVector part = x.mul(ExponentialLanes.normalTail(x, density));
    return part.blend(x.sub(part), x.compare(VectorOperators.GT, Lanes.ZERO));
  }

  /** Φ(x) + x·φ(x). */
  static FloatVector geluDerivative(FloatVector x) {
    FloatVector density = ExponentialLanes.normalDensity(x);
    FloatVector tail = ExponentialLanes.normalTail(x, density);
    FloatVector cdf =
        tail.blend(ExponentialLanes.ONE.sub(tail), x.compare(VectorOperators.GT, Lanes.ZERO));
    return x.fma(density, cdf);
  }

  static FloatVector tanh(FloatVector x) {
    FloatVector e = ExponentialLanes.exp(x.abs().mul(MINUS_TWO));
    FloatVector size = ExponentialLanes.ONE.sub(e).div(ExponentialLanes.ONE.add(e));
    FloatVector large = size.blend(size.neg(), x.compare(VectorOperators.LT, Lanes.ZERO));
    FloatVector square = x.mul(x);
    FloatVector p = square.fma(T4, T3);
    p = p.fma(square, T2);
    p = p.fma(square, T1);
    p = p.fma(square, T0);
    FloatVector small = p.mul(square).fma(x, x);
    return large.blend(small, x.abs().compare(VectorOperators.LT, SMALL));
  }

  /** 1 − tanh² = 4e/(1 + e)² with e = exp(−2|x|), which does not cancel. */
  static FloatVector tanhDerivative(FloatVector x) {
    FloatVector e = ExponentialLanes.exp(x.abs().mul(MINUS_TWO));
    FloatVector root = ExponentialLanes.ONE.add(e);
    return e.mul(FOUR).div(root.mul(root));
  }

  /** x + min(x, 0) − log(1 + exp(−|x|)). */
  static FloatVector sigsoftmax(FloatVector x) {
    FloatVector twice = x.blend(x.add(x), x.compare(VectorOperators.LT, Lanes.ZERO));
    return twice.sub(ExponentialLanes.logOnePlus(ExponentialLanes.exp(x.abs().neg())));
  }

  static FloatVector silu(FloatVector gate) {
    return gate.mul(ExponentialLanes.logistic(gate));
  }

  /** s + gate·s·(1 − s). */
  static FloatVector siluDerivative(FloatVector gate, FloatVector s) {
    return gate.mul(s).fma(ExponentialLanes.ONE.sub(s), s);
  }
}
