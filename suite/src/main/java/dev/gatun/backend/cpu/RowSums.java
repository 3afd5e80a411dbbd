package dev.gatun.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Sums over one row of F32 elements. Four vectors of partial sums hide the latency of the addition,
 * and keep each partial sum short: the error grows with n/(4·WIDTH), not with n.
 */
final class RowSums {
  private static final int STEP = 4 * Lanes.WIDTH;

  private RowSums() {}

  /** Σ xᵢ. */
  static float sum(long x, int n) {
    FloatVector s0 = Lanes.ZERO;
    FloatVector s1 = Lanes.ZERO;
    FloatVector s2 = Lanes.ZERO;
    FloatVector s3 = Lanes.ZERO;
    int i = 0;
    for (; i <= n - STEP; i += STEP) {
      long at = x + 4L * i;
      s0 = s0.add(Lanes.load(at));
      s1 = s1.add(Lanes.load(at + Lanes.BYTES));
      s2 = s2.add(Lanes.load(at + 2 * Lanes.BYTES));
      s3 = s3.add(Lanes.load(at + 3 * Lanes.BYTES));
    }
    for (; i <= n - Lanes.WIDTH; i += Lanes.WIDTH) {
      s0 = s0.add(Lanes.load(x + 4L * i));
    }
    if (i < n) {
      s1 = s1.add(Lanes.load(x + 4L * i, Lanes.rest(n)));
    }
    return Lanes.sum(s0.add(s1).add(s2.add(s3)));
  }

  /** Σ (xᵢ − centre)². */
  static float squaredDeviations(long x, float centre, int n) {
    FloatVector s0 = Lanes.ZERO;
    FloatVector s1 = Lanes.ZERO;
    FloatVector s2 = Lanes.ZERO;
    FloatVector s3 = Lanes.ZERO;
    int i = 0;
    for (; i <= n - STEP; i += STEP) {
      long at = x + 4L * i;
      s0 = addSquare(s0, Lanes.load(at).sub(centre));
      s1 = addSquare(s1, Lanes.load(at + Lanes.BYTES).sub(centre));
      s2 = addSquare(s2, Lanes.load(at + 2 * Lanes.BYTES).sub(centre));
      s3 = addSquare(s3, Lanes.load(at + 3 * Lanes.BYTES).sub(centre));
    }
    for (; i <= n - Lanes.WIDTH; i += Lanes.WIDTH) {
      s0 = addSquare(s0, Lanes.load(x + 4L * i).sub(centre));
    }
    if (i < n) {
      VectorMask<Float> mask = Lanes.rest(n);
      FloatVector deviation = Lanes.load(x + 4L * i, mask).sub(centre);
      s1 = addSquare(s1, Lanes.ZERO.blend(deviation, mask));
    }
    return Lanes.sum(s0.add(s1).add(s2.add(s3)));
  }

  private static FloatVector addSquare(FloatVector sum, FloatVector x) {
    return x.fma(x, sum);
  }

  /** Σ xᵢ·yᵢ. */
  static float dot(long x, long y, int n) {
    FloatVector s0 = Lanes.ZERO;
    FloatVector s1 = Lanes.ZERO;
    int i = 0;
    for (; i <= n - 2 * Lanes.WIDTH; i += 2 * Lanes.WIDTH) {
      long at = 4L * i;
      s0 = Lanes.load(x + at).fma(Lanes.load(y + at), s0);
      s1 = Lanes.load(x + at + Lanes.BYTES).fma(Lanes.load(y + at + Lanes.BYTES), s1);
    }
    for (; i <= n - Lanes.WIDTH; i += Lanes.WIDTH) {
      s0 = Lanes.load(x + 4L * i).fma(Lanes.load(y + 4L * i), s0);
    }
    if (i < n) {
      VectorMask<Float> mask = Lanes.rest(n);
      s1 = Lanes.load(x + 4L * i, mask).fma(Lanes.load(y + 4L * i, mask), s1);
    }
    return Lanes.sum(s0.add(s1));
  }

  /** The largest element, NaN passed over; −∞ if there is none. */
  static float max(long x, int n) {
    FloatVector m0 = Lanes.broadcast(Float.NEGATIVE_INFINITY);
    FloatVector m1 = m0;
    FloatVector m2 = m0;
    FloatVector m3 = m0;
    int i = 0;
    for (; i <= n - STEP; i += STEP) {
      long at = x + 4L * i;
      m0 = Lanes.max(m0, Lanes.load(at));
      m1 = Lanes.max(m1, Lanes.load(at + Lanes.BYTES));
      m2 = Lanes.max(m2, Lanes.load(at + 2 * Lanes.BYTES));
      m3 = Lanes.max(m3, Lanes.load(at + 3 * Lanes.BYTES));
    }
    for (; i <= n - Lanes.WIDTH; i += Lanes.WIDTH) {
      m0 = Lanes.max(m0, Lanes.load(x + 4L * i));
    }
    if (i < n) {
      VectorMask<Float> mask = Lanes.rest(n);
      m1 = m1.blend(Lanes.max(m1, Lanes.load(x + 4L * i, mask)), mask);
    }
    return Lanes.max(Lanes.max(m0, m1), Lanes.max(m2, m3)).reduceLanes(VectorOperators.MAX);
  }
}
