package dev.gatun.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Exponentials of one row of F32 elements, and their sum. */
final class Softmax {
  /** Elements after which the F32 partial sums go into an F64 sum. */
  private static final int BLOCK = 64 * Lanes.WIDTH;

  private Softmax() {}

  /** xᵢ ← exp(xᵢ − max); returns the sum of the results. */
  static double exponentiate(long x, float max, int n) {
    double total = 0;
    int whole = Lanes.whole(n);
    VectorMask<Float> rest = Lanes.rest(n);
    for (int start = 0; start < whole; start += BLOCK) {
      int end = Math.min(whole, start + BLOCK);
      FloatVector sum = Lanes.zero();
      for (int i = start; i < end; i += Lanes.WIDTH) {
        FloatVector e = Exponential.exp(Lanes.load(x + 4L * i).sub(max));
        Lanes.store(e, x + 4L * i);
        sum = sum.add(e);
      }
      total += Lanes.sum(sum);
    }
    if (whole < n) {
      long at = x + 4L * whole;
      FloatVector e = Exponential.exp(Lanes.load(at, rest).sub(max));
      Lanes.store(e, at, rest);
      total += Lanes.sum(Lanes.ZERO.blend(e, rest));
    }
    return total;
  }

  /** Σ exp(xᵢ − max). */
  static double sumOfExponentials(long x, float max, int n) {
    double total = 0;
    int whole = Lanes.whole(n);
    for (int start = 0; start < whole; start += BLOCK) {
      int end = Math.min(whole, start + BLOCK);
      FloatVector sum = Lanes.zero();
      for (int i = start; i < end; i += Lanes.WIDTH) {
        sum = sum.add(Exponential.exp(Lanes.load(x + 4L * i).sub(max)));
      }
      total += Lanes.sum(sum);
    }
    if (whole < n) {
      VectorMask<Float> rest = Lanes.rest(n);
      FloatVector e = Exponential.exp(Lanes.load(x + 4L * whole, rest).sub(max));
      total += Lanes.sum(Lanes.ZERO.blend(e, rest));
    }
    return total;
  }

  /** xᵢ ← factor·exp(scale·(xᵢ − max)), which no magnitude of x makes less exact. */
  static void probabilities(long x, float max, float scale, float factor, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = x + 4L * i;
      FloatVector exponent = Lanes.load(at, full, rest).sub(max).mul(scale);
      Lanes.store(Exponential.exp(exponent).mul(factor), at, full, rest);
    }
  }

  /** xᵢ ← factor·xᵢ. */
  static void scale(long x, float factor, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = x + 4L * i;
      Lanes.store(Lanes.load(at, full, rest).mul(factor), at, full, rest);
    }
  }
}
