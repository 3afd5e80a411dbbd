package dev.gatun.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The exponential function and its relatives on F32 vectors.
 *
 * <p>Written out, and not {@code lanewise(EXP)}: that one calls a vector library where the method
 * is compiled and the scalar library where it is interpreted, and the two differ in the last bit.
 */
final class ExponentialLanes {
  private static final FloatVector LOG2_E = Lanes.broadcast(1.44269504f);

  /** Adding 1.5·2²³ rounds to an integer, which then stands in the low bits of the significand. */
  private static final FloatVector ROUNDING = Lanes.broadcast(12582912f);

  /** ln 2 in two parts, the first short enough that its product with n is exact. */
  private static final FloatVector MINUS_LN2_HIGH = Lanes.broadcast(-0.693359375f);

  private static final FloatVector MINUS_LN2_LOW = Lanes.broadcast(2.12194440e-4f);

  /** Below this, eˣ is less than the smallest normal number. */
  private static final FloatVector UNDERFLOW = Lanes.broadcast(-87.33654f);

  /** Scale of the argument in {@link #normalTail}'s fit. */
  private static final FloatVector TAIL_SCALE = Lanes.broadcast(0.36f);

  private static final FloatVector INVERSE_ROOT_2_PI = Lanes.broadcast(0.39894228f);

  private static final FloatVector ROOT_2_PI = Lanes.broadcast(2.5066283f);

  // Coefficients of eʳ for |r| ≤ ln 2/2, and of the ratio of normal tail to density.
  private static final FloatVector E5 = Lanes.broadcast(1.9875691500e-4f);
  private static final FloatVector E4 = Lanes.broadcast(1.3981999507e-3f);
  private static final FloatVector E3 = Lanes.broadcast(8.3334519073e-3f);
  private static final FloatVector E2 = Lanes.broadcast(4.1665795894e-2f);
  private static final FloatVector E1 = Lanes.broadcast(1.6666665459e-1f);
  private static final FloatVector E0 = Lanes.broadcast(5.0000001201e-1f);
  private static final FloatVector T8 = Lanes.broadcast(-0.029485421f);
  private static final FloatVector T7 = Lanes.broadcast(0.13562648f);
  private static final FloatVector T6 = Lanes.broadcast(-0.21519369f);
  private static final FloatVector T5 = Lanes.broadcast(0.097418316f);
  private static final FloatVector T4 = Lanes.broadcast(0.0066290353f);
  private static final FloatVector T3 = Lanes.broadcast(0.09303504f);
  private static final FloatVector T2 = Lanes.broadcast(0.124767594f);
  private static final FloatVector T1 = Lanes.broadcast(0.14357926f);
  private static final FloatVector T0 = Lanes.broadcast(0.14362335f);

  // Coefficients of log(1 + f) − f + f²/2 in units of f³.
  private static final FloatVector L8 = Lanes.broadcast(7.0376836292e-2f);
  private static final FloatVector L7 = Lanes.broadcast(-1.1514610310e-1f);
  private static final FloatVector L6 = Lanes.broadcast(1.1676998740e-1f);
  private static final FloatVector L5 = Lanes.broadcast(-1.2420140846e-1f);
  private static final FloatVector L4 = Lanes.broadcast(1.4249322787e-1f);
  private static final FloatVector L3 = Lanes.broadcast(-1.6668057665e-1f);
  private static final FloatVector L2 = Lanes.broadcast(2.0000714765e-1f);
  private static final FloatVector L1 = Lanes.broadcast(-2.4999993993e-1f);
  private static final FloatVector L0 = Lanes.broadcast(3.3333331174e-1f);

  private static final FloatVector ROOT_2_MINUS_1 = Lanes.broadcast(0.41421356f);
  private static final FloatVector LN2 = Lanes.broadcast(0.69314718f);
  private static final FloatVector HALF = Lanes.broadcast(0.5f);

  static final FloatVector ONE = Lanes.broadcast(1f);
  private static final FloatVector MINUS_HALF = Lanes.broadcast(-0.5f);

  private ExponentialLanes() {}

  /**
   * eˣ for x ≤ 88, to about 1 ulp; zero where the result would be subnormal. NaN stays NaN.
   * Polynomial from Moshier's Cephes library (expf).
   */
  static FloatVector exp(FloatVector x) {
    FloatVector shifted = x.fma(LOG2_E, ROUNDING);
    FloatVector n = shifted.sub(ROUNDING);
    FloatVector r = n.fma(MINUS_LN2_HIGH, x);
    r = n.fma(MINUS_LN2_LOW, r);
    FloatVector p = r.fma(E5, E4);
    p = p.fma(r, E3);
    p = p.fma(r, E2);
    p = p.fma(r, E1);
    p = p.fma(r, E0);
    p = p.fma(r.mul(r), r).add(ONE);
    var exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
    FloatVector result = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
    return result.blend(Lanes.ZERO, x.compare(VectorOperators.LT, UNDERFLOW));
  }

  /** 1/(1 + e⁻ˣ), accurate in both tails. */
  static FloatVector logistic(FloatVector x) {
    FloatVector e = exp(x.abs().neg());
    FloatVector numerator = ONE.blend(e, x.compare(VectorOperators.LT, Lanes.ZERO));
    return numerator.div(e.add(ONE));
  }

  /**
   * log(1 + e) for 0 ≤ e ≤ 1, to about 1 ulp: above √2 − 1 as ln 2 + log(1 + (e − 1)/2). Polynomial
   * from Moshier's Cephes library (logf).
   */
  static FloatVector logOnePlus(FloatVector e) {
    VectorMask<Float> upper = e.compare(VectorOperators.GT, ROOT_2_MINUS_1);
    FloatVector f = e.blend(e.sub(ONE).mul(HALF), upper);
    FloatVector p = f.fma(L8, L7);
    p = p.fma(f, L6);
    p = p.fma(f, L5);
    p = p.fma(f, L4);
    p = p.fma(f, L3);
    p = p.fma(f, L2);
    p = p.fma(f, L1);
    p = p.fma(f, L0);
    FloatVector square = f.mul(f);
    FloatVector result = square.fma(MINUS_HALF, p.mul(square).mul(f)).add(f);
    return result.add(Lanes.ZERO.blend(LN2, upper));
  }

  /** Density of the standard normal distribution. */
  static FloatVector normalDensity(FloatVector x) {
    return exp(x.mul(x).mul(MINUS_HALF)).mul(INVERSE_ROOT_2_PI);
  }

  /**
   * Upper tail Φ(−|x|) of the standard normal distribution, given its density φ(x): the ratio of
   * the two is t·P(t) with t = 1/(1 + 0.36·|x|), P of degree 8 fitted for the least relative error
   * (6.4e-8) over 0 ≤ |x| ≤ 13.5, beyond which φ is zero in F32.
   */
  static FloatVector normalTail(FloatVector x, FloatVector density) {
    FloatVector t = ONE.div(x.abs().fma(TAIL_SCALE, ONE));
    FloatVector p = t.fma(T8, T7);
    p = p.fma(t, T6);
    p = p.fma(t, T5);
    p = p.fma(t, T4);
    p = p.fma(t, T3);
    p = p.fma(t, T2);
    p = p.fma(t, T1);
    p = p.fma(t, T0);
    return p.mul(t).mul(density).mul(ROOT_2_PI);
  }
}
