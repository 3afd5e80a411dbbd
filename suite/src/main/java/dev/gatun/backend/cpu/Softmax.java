package dev.gatun.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Exponentials of one row of F32 elements, and their sum. */
final class Softmax {
  /** Elements after which the F32 partial sums go into an F64 sum. */
  private static final int BLOCK = 64 * Lanes.WIDTH;

  private Softmax() {}

  /** xᵢ ← exp(xᵢ − max); returns the sum of the results. */
  static double exponentiateLoop(long x, float max, int n) {
    double total = 0;
    VectorMask<Float> rest = Lanes.rest(n);
    for (int start = 0, end; start < n; start = end) {
      end = endOfBlock(start, n);
      FloatVector sum = Lanes.zero();
      for (int i = start; i < end; i += Lanes.WIDTH) {
        boolean full = i <= n - Lanes.WIDTH;
        long at = x + 4L * i;
        FloatVector e = ExponentialLanes.exp(Lanes.load(at, full, rest).sub(max));
        Lanes.store(e, at, full, rest);
        sum = sum.add(full ? e : Lanes.ZERO.blend(e, rest));
      }
      total += Lanes.sum(sum);
    }
    return total;
  }

  /** Σ exp(xᵢ − max). */
  static double sumOfExponentialsLoop(long x, float max, int n) {
    double total = 0;
    VectorMask<Float> rest = Lanes.rest(n);
    for (int start = 0, end; start < n; start = end) {
      end = endOfBlock(start, n);
      FloatVector sum = Lanes.zero();
      for (int i = start; i < end; i += Lanes.WIDTH) {
        boolean full = i <= n - Lanes.WIDTH;
        FloatVector e = ExponentialLanes.exp(Lanes.load(x + 4L * i, full, rest).sub(max));
        sum = sum.add(full ? e : Lanes.ZERO.blend(e, rest));
      }
      total += Lanes.sum(sum);
    }
    return total;
  }

  /** Blocks hold whole vectors; what is left of the row after them is a block of its own. */
  private static int endOfBlock(int start, int n) {
    int whole = Lanes.whole(n);
    return start < whole ? Math.min(whole, start + BLOCK) : n;
  }

  /** xᵢ ← factor·exp(scale·(xᵢ − max)), which no magnitude of x makes less exact. */
  static void probabilitiesLoop(long x, float max, float scale, float factor, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = x + 4L * i;
      FloatVector exponent = Lanes.load(at, full, rest).sub(max).mul(scale);
      Lanes.store(ExponentialLanes.exp(exponent).mul(factor), at, full, rest);
    }
  }

  /** xᵢ ← factor·xᵢ. */
  static void scaleLoop(long x, float factor, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = x + 4L * i;
      Lanes.store(Lanes.load(at, full, rest).mul(factor), at, full, rest);
    }
  }
}
