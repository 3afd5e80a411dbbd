package dev.gatun.backend.cpu;

import dev.gatun.backend.Parts;
import dev.gatun.tensor.Tensor;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** SwiGLU, forward and backward; see {@link dev.gatun.backend.Backend#swiglu}. */
final class GatedActivation implements Parts.GatedActivation {
  private static final int CHUNK = 16_384;

  private final WorkerPool pool;

  GatedActivation(WorkerPool pool) {
    this.pool = pool;
  }

  /** x [N, 2F], y [N, F]. */
  @Override
  public void swiglu(Tensor x, Tensor y) {
    int width = Math.toIntExact(y.cols());
    long from = Lanes.address(x);
    long to = Lanes.address(y);
    RowChunks.of(y.rows(), width, CHUNK)
        .forEach(pool, row -> forwardLoop(from + 8 * row * width, to + 4 * row * width, width));
  }

  /** dX [N, 2F] from x [N, 2F] and dY [N, F]. */
  @Override
  public void swigluBackward(Tensor x, Tensor dY, Tensor dX) {
    int width = Math.toIntExact(dY.cols());
    long at = Lanes.address(x);
    long from = Lanes.address(dY);
    long to = Lanes.address(dX);
    RowChunks.of(dY.rows(), width, CHUNK)
        .forEach(
            pool,
            row ->
                rowBackward(
                    at + 8 * row * width, from + 4 * row * width, to + 8 * row * width, width));
  }

  private static void forwardLoop(long x, long y, int width) {
    long values = x + 4L * width;
    VectorMask<Float> rest = Lanes.rest(width);
    for (int i = 0; i < width; i += Lanes.WIDTH) {
      boolean full = i <= width - Lanes.WIDTH;
      long at = 4L * i;
      FloatVector gate = Lanes.load(x + at, full, rest);
      Lanes.store(silu(gate).mul(Lanes.load(values + at, full, rest)), y + at, full, rest);
    }
  }

  private static void rowBackward(long x, long dY, long dX, int width) {
    logisticLoop(x, dX, width);
    backwardLoop(x, dY, dX, width);
  }

  private static void logisticLoop(long x, long y, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      Lanes.store(Exponential.logistic(Lanes.load(x + at, full, rest)), y + at, full, rest);
    }
  }

  /** dX holds the logistic function of the gates in place of their gradients. */
  private static void backwardLoop(long x, long dY, long dX, int width) {
    long half = 4L * width;
    VectorMask<Float> rest = Lanes.rest(width);
    for (int i = 0; i < width; i += Lanes.WIDTH) {
      boolean full = i <= width - Lanes.WIDTH;
      long at = 4L * i;
      FloatVector gate = Lanes.load(x + at, full, rest);
      FloatVector value = Lanes.load(x + half + at, full, rest);
      FloatVector gradient = Lanes.load(dY + at, full, rest);
      FloatVector s = Lanes.load(dX + at, full, rest);
      Lanes.store(gradient.mul(value).mul(siluDerivative(gate, s)), dX + at, full, rest);
      Lanes.store(gradient.mul(gate.mul(s)), dX + half + at, full, rest);
    }
  }

  private static FloatVector silu(FloatVector gate) {
    return gate.mul(Exponential.logistic(gate));
  }

  /** s + gate·s·(1 − s). */
  private static FloatVector siluDerivative(FloatVector gate, FloatVector s) {
    return gate.mul(s).fma(Exponential.ONE.sub(s), s);
  }
}
