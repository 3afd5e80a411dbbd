package dev.gatun.backend.cpu;

import dev.gatun.backend.Gate;
import dev.gatun.backend.Parts;
import dev.gatun.tensor.Tensor;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Activations with gates; see {@link dev.gatun.backend.Backend#gated}. */
final class GatedActivation implements Parts.GatedActivation {
  private static final int CHUNK = 16_384;

  private final WorkerPool pool;

  GatedActivation(WorkerPool pool) {
    this.pool = pool;
  }

  /** x [N, 2F], y [N, F]. */
  @Override
  public void gated(Gate gate, Tensor x, Tensor y) {
    int width = Math.toIntExact(y.cols());
    long from = Lanes.address(x);
    long to = Lanes.address(y);
    RowChunks.of(y.rows(), width, CHUNK)
        .forEach(
            pool,
            row -> {
              long gates = from + 8 * row * width;
              switch (gate) {
                case SILU -> siluLoop(gates, to + 4 * row * width, width);
                case GELU_TANH -> geluTanhLoop(gates, to + 4 * row * width, width);
              }
            });
  }

  /** dX [N, 2F] from x [N, 2F] and dY [N, F]. */
  @Override
  public void gatedBackward(Gate gate, Tensor x, Tensor dY, Tensor dX) {
    int width = Math.toIntExact(dY.cols());
    long at = Lanes.address(x);
    long from = Lanes.address(dY);
    long to = Lanes.address(dX);
    RowChunks.of(dY.rows(), width, CHUNK)
        .forEach(
            pool,
            row ->
                rowBackward(
                    gate,
                    at + 8 * row * width,
                    from + 4 * row * width,
                    to + 8 * row * width,
                    width));
  }

  private static void siluLoop(long x, long y, int width) {
    long values = x + 4L * width;
    VectorMask<Float> rest = Lanes.rest(width);
    for (int i = 0; i < width; i += Lanes.WIDTH) {
      boolean full = i <= width - Lanes.WIDTH;
      long at = 4L * i;
      FloatVector gate = Lanes.load(x + at, full, rest);
      Lanes.store(
          ActivationLanes.silu(gate).mul(Lanes.load(values + at, full, rest)), y + at, full, rest);
    }
  }

  private static void geluTanhLoop(long x, long y, int width) {
    long values = x + 4L * width;
    VectorMask<Float> rest = Lanes.rest(width);
    for (int i = 0; i < width; i += Lanes.WIDTH) {
      boolean full = i <= width - Lanes.WIDTH;
      long at = 4L * i;
      FloatVector gate = Lanes.load(x + at, full, rest);
      FloatVector opened = ActivationLanes.geluTanh(gate).mul(Lanes.load(values + at, full, rest));
      if (full) {
        opened.intoMemorySegment(Lanes.MEMORY, y + at, Lanes.ORDER);
      } else {
        opened.intoMemorySegment(Lanes.MEMORY, y + at, Lanes.ORDER, rest);
      }
    }
  }

  private static void rowBackward(Gate gate, long x, long dY, long dX, int width) {
    switch (gate) {
      case SILU -> {
        logisticLoop(x, dX, width);
        siluBackwardLoop(x, dY, dX, width);
      }
      case GELU_TANH -> {
        geluTanhLogisticLoop(x, dX, width);
        geluTanhBackwardLoop(x, dY, dX, width);
      }
    }
  }

  private static void logisticLoop(long x, long y, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      Lanes.store(ExponentialLanes.logistic(Lanes.load(x + at, full, rest)), y + at, full, rest);
    }
  }

  /** dX holds the logistic function of the gates in place of their gradients. */
  private static void siluBackwardLoop(long x, long dY, long dX, int width) {
    long half = 4L * width;
    VectorMask<Float> rest = Lanes.rest(width);
    for (int i = 0; i < width; i += Lanes.WIDTH) {
      boolean full = i <= width - Lanes.WIDTH;
      long at = 4L * i;
      FloatVector gate = Lanes.load(x + at, full, rest);
      FloatVector value = Lanes.load(x + half + at, full, rest);
      FloatVector gradient = Lanes.load(dY + at, full, rest);
      FloatVector s = Lanes.load(dX + at, full, rest);
      Lanes.store(
          gradient.mul(value).mul(ActivationLanes.siluDerivative(gate, s)), dX + at, full, rest);
      Lanes.store(gradient.mul(gate.mul(s)), dX + half + at, full, rest);
    }
  }

  private static void geluTanhLogisticLoop(long x, long y, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      FloatVector argument = ActivationLanes.geluTanhArgument(Lanes.load(x + at, full, rest));
      Lanes.store(ExponentialLanes.logistic(argument), y + at, full, rest);
    }
  }

  /** dX holds the shares of the gates that are let through in place of their gradients. */
  private static void geluTanhBackwardLoop(long x, long dY, long dX, int width) {
    long half = 4L * width;
    VectorMask<Float> rest = Lanes.rest(width);
    for (int i = 0; i < width; i += Lanes.WIDTH) {
      boolean full = i <= width - Lanes.WIDTH;
      long at = 4L * i;
      FloatVector gate = Lanes.load(x + at, full, rest);
      FloatVector value = Lanes.load(x + half + at, full, rest);
      FloatVector gradient = Lanes.load(dY + at, full, rest);
      FloatVector s = Lanes.load(dX + at, full, rest);
      FloatVector slope = ActivationLanes.geluTanhDerivative(gate, s);
      Lanes.store(gradient.mul(value).mul(slope), dX + at, full, rest);
      Lanes.store(gradient.mul(gate.mul(s)), dX + half + at, full, rest);
    }
  }
}
