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
    for (int start = 0; start < whole; start += BLOCK) {
      int end = Math.min(whole, start + BLOCK);
      FloatVector sum = Lanes.ZERO;
      for (int i = start; i < end; i += Lanes.WIDTH) {
        FloatVector e = Exponential.exp(Lanes.load(x + 4L * i).sub(max));
        Lanes.store(e, x + 4L * i);
        sum = sum.add(e);
      }
      total += Lanes.sum(sum);
    }
    if (whole < n) {
      VectorMask<Float> mask = Lanes.rest(n);
      FloatVector e = Exponential.exp(Lanes.load(x + 4L * whole, mask).sub(max));
      Lanes.store(e, x + 4L * whole, mask);
      total += Lanes.sum(Lanes.ZERO.blend(e, mask));
    }
    return total;
  }

  /** Σ exp(xᵢ − max). */
  static double sumOfExponentials(long x, float max, int n) {
    double total = 0;
    int whole = Lanes.whole(n);
    for (int start = 0; start < whole; start += BLOCK) {
      int end = Math.min(whole, start + BLOCK);
      FloatVector sum = Lanes.ZERO;
      for (int i = start; i < end; i += Lanes.WIDTH) {
        sum = sum.add(Exponential.exp(Lanes.load(x + 4L * i).sub(max)));
      }
      total += Lanes.sum(sum);
    }
    if (whole < n) {
      VectorMask<Float> mask = Lanes.rest(n);
      FloatVector e = Exponential.exp(Lanes.load(x + 4L * whole, mask).sub(max));
      total += Lanes.sum(Lanes.ZERO.blend(e, mask));
    }
    return total;
  }

  /** yᵢ ← factor·exp(scale·xᵢ − shift). */
  static void probabilities(long x, float scale, float shift, float factor, long y, int n) {
    FloatVector minusShift = Lanes.broadcast(-shift);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.WIDTH) {
      FloatVector exponent = Lanes.load(x + 4L * i).fma(Lanes.broadcast(scale), minusShift);
      Lanes.store(Exponential.exp(exponent).mul(factor), y + 4L * i);
    }
    if (whole < n) {
      VectorMask<Float> mask = Lanes.rest(n);
      long at = 4L * whole;
      FloatVector exponent = Lanes.load(x + at, mask).fma(Lanes.broadcast(scale), minusShift);
      Lanes.store(Exponential.exp(exponent).mul(factor), y + at, mask);
    }
  }

  /** xᵢ ← factor·xᵢ. */
  static void scale(long x, float factor, int n) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.WIDTH) {
      Lanes.store(Lanes.load(x + 4L * i).mul(factor), x + 4L * i);
    }
    if (whole < n) {
      VectorMask<Float> mask = Lanes.rest(n);
      Lanes.store(Lanes.load(x + 4L * whole, mask).mul(factor), x + 4L * whole, mask);
    }
  }
}
