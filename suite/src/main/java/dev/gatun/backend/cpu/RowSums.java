package dev.gatun.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Sums over one row of F32 elements. Two vectors of partial sums hide some of the latency of the
 * addition, and keep each partial sum short: the error grows with n/(2·WIDTH), not with n.
 */
final class RowSums {
  private static final int STEP = 2 * Lanes.WIDTH;
  private static final FloatVector LOWEST = Lanes.broadcast(Float.NEGATIVE_INFINITY);

  private RowSums() {}

  /** Σ xᵢ. */
  static float sumLoop(long x, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    FloatVector even = Lanes.zero();
    FloatVector odd = Lanes.zero();
    int i = 0;
    for (; i <= n - STEP; i += STEP) {
      even = even.add(Lanes.load(x + 4L * i));
      odd = odd.add(Lanes.load(x + 4L * i + Lanes.BYTES));
    }
    for (; i <= n - Lanes.WIDTH; i += Lanes.WIDTH) {
      even = even.add(Lanes.load(x + 4L * i));
    }
    if (i < n) {
      odd = odd.add(Lanes.load(x + 4L * i, rest));
    }
    return Lanes.sum(even.add(odd));
  }

  /** Σ (xᵢ − centre)². */
  static float squaredDeviationsLoop(long x, float centre, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    FloatVector centres = Lanes.broadcast(centre);
    FloatVector even = Lanes.zero();
    FloatVector odd = Lanes.zero();
    int i = 0;
    for (; i <= n - STEP; i += STEP) {
      FloatVector first = Lanes.load(x + 4L * i).sub(centres);
      FloatVector second = Lanes.load(x + 4L * i + Lanes.BYTES).sub(centres);
      even = first.fma(first, even);
      odd = second.fma(second, odd);
    }
    for (; i <= n - Lanes.WIDTH; i += Lanes.WIDTH) {
      FloatVector deviation = Lanes.load(x + 4L * i).sub(centres);
      even = deviation.fma(deviation, even);
    }
    if (i < n) {
      FloatVector deviation = Lanes.load(x + 4L * i, rest).sub(centres, rest);
      odd = deviation.fma(deviation, odd);
    }
    return Lanes.sum(even.add(odd));
  }

  /** Σ xᵢ·yᵢ. */
  static float dotLoop(long x, long y, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    FloatVector sum = Lanes.zero();
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      sum = Lanes.load(x + at, full, rest).fma(Lanes.load(y + at, full, rest), sum);
    }
    return Lanes.sum(sum);
  }

  /** The largest element, NaN passed over; −∞ if there is none. */
  static float maxLoop(long x, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    FloatVector even = Lanes.broadcast(Float.NEGATIVE_INFINITY);
    FloatVector odd = Lanes.broadcast(Float.NEGATIVE_INFINITY);
    FloatVector evenAfter = Lanes.broadcast(Float.NEGATIVE_INFINITY);
    FloatVector oddAfter = Lanes.broadcast(Float.NEGATIVE_INFINITY);
    int i = 0;
    for (; i <= n - 2 * STEP; i += 2 * STEP) {
      even = Lanes.max(even, Lanes.load(x + 4L * i));
      odd = Lanes.max(odd, Lanes.load(x + 4L * i + Lanes.BYTES));
      evenAfter = Lanes.max(evenAfter, Lanes.load(x + 4L * i + 2L * Lanes.BYTES));
      oddAfter = Lanes.max(oddAfter, Lanes.load(x + 4L * i + 3L * Lanes.BYTES));
    }
    for (; i <= n - Lanes.WIDTH; i += Lanes.WIDTH) {
      even = Lanes.max(even, Lanes.load(x + 4L * i));
    }
    if (i < n) {
      odd = Lanes.max(odd, LOWEST.blend(Lanes.load(x + 4L * i, rest), rest));
    }
    even = Lanes.max(even, evenAfter);
    odd = Lanes.max(odd, oddAfter);
    return Lanes.max(even, odd).reduceLanes(VectorOperators.MAX);
  }
}
