package dev.gatun.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The exponential function and its relatives on F32 vectors.
 *
 * <p>Written out, and not {@code lanewise(EXP)}: that one calls a vector library where the method
 * is compiled and the scalar library where it is interpreted, and the two differ in the last bit.
 */
final class Exponential {
  private static final float LOG2_E = 1.44269504f;

  /** Adding 1.5·2²³ rounds to an integer, which then stands in the low bits of the significand. */
  private static final float ROUNDING = 12582912f;

  /** ln 2 in two parts, the first short enough that its product with n is exact. */
  private static final float MINUS_LN2_HIGH = -0.693359375f;

  private static final float MINUS_LN2_LOW = 2.12194440e-4f;

  /** Below this, eˣ is less than the smallest normal number. */
  private static final float UNDERFLOW = -87.33654f;

  /** Scale of the argument in {@link #normalTail}'s fit. */
  private static final float TAIL_SCALE = 0.36f;

  private static final float INVERSE_ROOT_2_PI = 0.39894228f;

  private static final float ROOT_2_PI = 2.5066283f;

  private Exponential() {}

  /**
   * eˣ for x ≤ 88, to about 1 ulp; zero where the result would be subnormal. NaN stays NaN.
   * Polynomial from Moshier's Cephes library (expf).
   */
  static FloatVector exp(FloatVector x) {
    FloatVector shifted = x.fma(LOG2_E, ROUNDING);
    FloatVector n = shifted.sub(ROUNDING);
    FloatVector r = n.fma(Lanes.broadcast(MINUS_LN2_HIGH), x);
    r = n.fma(Lanes.broadcast(MINUS_LN2_LOW), r);
    FloatVector p = r.fma(1.9875691500e-4f, 1.3981999507e-3f);
    p = p.fma(r, Lanes.broadcast(8.3334519073e-3f));
    p = p.fma(r, Lanes.broadcast(4.1665795894e-2f));
    p = p.fma(r, Lanes.broadcast(1.6666665459e-1f));
    p = p.fma(r, Lanes.broadcast(5.0000001201e-1f));
    p = p.fma(r.mul(r), r).add(1f);
    var exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
    FloatVector result = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
    return result.blend(0f, x.compare(VectorOperators.LT, UNDERFLOW));
  }

  /** 1/(1 + e⁻ˣ), accurate in both tails. */
  static FloatVector logistic(FloatVector x) {
    FloatVector e = exp(x.abs().neg());
    FloatVector numerator = Lanes.broadcast(1f).blend(e, x.compare(VectorOperators.LT, 0f));
    return numerator.div(e.add(1f));
  }

  /** Density of the standard normal distribution. */
  static FloatVector normalDensity(FloatVector x) {
    return exp(x.mul(x).mul(-0.5f)).mul(INVERSE_ROOT_2_PI);
  }

  /**
   * Upper tail Φ(−|x|) of the standard normal distribution, given its density φ(x): the ratio of
   * the two is t·P(t) with t = 1/(1 + 0.36·|x|), P of degree 8 fitted for the least relative error
   * (6.4e-8) over 0 ≤ |x| ≤ 13.5, beyond which φ is zero in F32.
   */
  static FloatVector normalTail(FloatVector x, FloatVector density) {
    FloatVector t = Lanes.broadcast(1f).div(x.abs().fma(TAIL_SCALE, 1f));
    FloatVector p = t.fma(-0.029485421f, 0.13562648f);
    p = p.fma(t, Lanes.broadcast(-0.21519369f));
    p = p.fma(t, Lanes.broadcast(0.097418316f));
    p = p.fma(t, Lanes.broadcast(0.0066290353f));
    p = p.fma(t, Lanes.broadcast(0.09303504f));
    p = p.fma(t, Lanes.broadcast(0.124767594f));
    p = p.fma(t, Lanes.broadcast(0.14357926f));
    p = p.fma(t, Lanes.broadcast(0.14362335f));
    return p.mul(t).mul(density).mul(ROOT_2_PI);
  }
}
