package dev.gatun.backend.cpu;

import dev.gatun.backend.Elementwise;
import dev.gatun.backend.Parts;
import dev.gatun.tensor.Tensor;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Functions of single elements, forward and backward; see {@link
 * dev.gatun.backend.Backend#elementwise}.
 */
final class ElementwiseFunctions implements Parts.ElementwiseFunctions {
  private static final int CHUNK = 16_384;

  private final WorkerPool pool;

  ElementwiseFunctions(WorkerPool pool) {
    this.pool = pool;
  }

  /** x, y of equal size; y may be x. */
  @Override
  public void elementwise(Elementwise form, Tensor x, Tensor y) {
    long from = Lanes.address(x);
    long to = Lanes.address(y);
    forEachChunk(
        x.size(),
        (offset, n) -> {
          switch (form) {
            case GELU -> geluLoop(from + offset, to + offset, n);
            case GELU_TANH -> geluTanhLoop(from + offset, to + offset, n);
            case TANH -> tanhLoop(from + offset, to + offset, n);
            case SIGSOFTMAX -> sigsoftmaxLoop(from + offset, to + offset, n);
            case RELU -> reluLoop(from + offset, to + offset, n);
          }
        });
  }

  /** x, dY, dX of equal size; dX may be dY. */
  @Override
  public void elementwiseBackward(Elementwise form, Tensor x, Tensor dY, Tensor dX) {
    long at = Lanes.address(x);
    long from = Lanes.address(dY);
    long to = Lanes.address(dX);
    forEachChunk(
        x.size(),
        (offset, n) -> {
          switch (form) {
            case GELU -> geluBackwardLoop(at + offset, from + offset, to + offset, n);
            case GELU_TANH -> geluTanhBackwardLoop(at + offset, from + offset, to + offset, n);
            case TANH -> tanhBackwardLoop(at + offset, from + offset, to + offset, n);
            case SIGSOFTMAX -> sigsoftmaxBackwardLoop(at + offset, from + offset, to + offset, n);
            case RELU -> reluBackwardLoop(at + offset, from + offset, to + offset, n);
          }
        });
  }

  /** x, y of equal size; y may be x. */
  @Override
  public void clip(double limit, Tensor x, Tensor y) {
    long from = Lanes.address(x);
    long to = Lanes.address(y);
    forEachChunk(x.size(), (offset, n) -> clipLoop((float) limit, from + offset, to + offset, n));
  }

  /** x, dY, dX of equal size; dX may be dY. */
  @Override
  public void clipBackward(double limit, Tensor x, Tensor dY, Tensor dX) {
    long at = Lanes.address(x);
    long from = Lanes.address(dY);
    long to = Lanes.address(dX);
    forEachChunk(
        x.size(),
        (offset, n) -> clipBackwardLoop((float) limit, at + offset, from + offset, to + offset, n));
  }

  /** Work on n elements from an offset in bytes on. */
  private interface Chunk {
    void run(long offset, int n);
  }

  private void forEachChunk(long size, Chunk body) {
    pool.forEach(
        WorkerPool.chunks(size, CHUNK),
        chunk -> body.run(4L * chunk * CHUNK, (int) Math.min(CHUNK, size - (long) chunk * CHUNK)));
  }

  private static void geluTanhLoop(long x, long y, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      Lanes.store(ActivationLanes.geluTanh(Lanes.load(x + at, full, rest)), y + at, full, rest);
    }
  }

  private static void geluTanhBackwardLoop(long x, long dY, long dX, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      FloatVector gradient = Lanes.load(dY + at, full, rest);
      FloatVector result =
          ActivationLanes.geluTanhDerivative(Lanes.load(x + at, full, rest)).mul(gradient);
      if (full) {
        result.intoMemorySegment(Lanes.MEMORY, dX + at, Lanes.ORDER);
      } else {
        result.intoMemorySegment(Lanes.MEMORY, dX + at, Lanes.ORDER, rest);
      }
    }
  }

  private static void geluLoop(long x, long y, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      FloatVector result = ActivationLanes.gelu(Lanes.load(x + at, full, rest));
      if (full) {
        result.intoMemorySegment(Lanes.MEMORY, y + at, Lanes.ORDER);
      } else {
        result.intoMemorySegment(Lanes.MEMORY, y + at, Lanes.ORDER, rest);
      }
    }
  }

  private static void geluBackwardLoop(long x, long dY, long dX, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      FloatVector gradient = Lanes.load(dY + at, full, rest);
      FloatVector result =
          ActivationLanes.geluDerivative(Lanes.load(x + at, full, rest)).mul(gradient);
      if (full) {
        result.intoMemorySegment(Lanes.MEMORY, dX + at, Lanes.ORDER);
      } else {
        result.intoMemorySegment(Lanes.MEMORY, dX + at, Lanes.ORDER, rest);
      }
    }
  }

  private static void tanhLoop(long x, long y, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      FloatVector result = ActivationLanes.tanh(Lanes.load(x + at, full, rest));
      if (full) {
        result.intoMemorySegment(Lanes.MEMORY, y + at, Lanes.ORDER);
      } else {
        result.intoMemorySegment(Lanes.MEMORY, y + at, Lanes.ORDER, rest);
      }
    }
  }

  private static void tanhBackwardLoop(long x, long dY, long dX, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      FloatVector slope = ActivationLanes.tanhDerivative(Lanes.load(x + at, full, rest));
      Lanes.store(slope.mul(Lanes.load(dY + at, full, rest)), dX + at, full, rest);
    }
  }

  private static void sigsoftmaxLoop(long x, long y, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      FloatVector result = ActivationLanes.sigsoftmax(Lanes.load(x + at, full, rest));
      if (full) {
        result.intoMemorySegment(Lanes.MEMORY, y + at, Lanes.ORDER);
      } else {
        result.intoMemorySegment(Lanes.MEMORY, y + at, Lanes.ORDER, rest);
      }
    }
  }

  private static void sigsoftmaxBackwardLoop(long x, long dY, long dX, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      FloatVector slope =
          ExponentialLanes.ONE.add(ExponentialLanes.logistic(Lanes.load(x + at, full, rest).neg()));
      Lanes.store(slope.mul(Lanes.load(dY + at, full, rest)), dX + at, full, rest);
    }
  }

  private static void reluLoop(long x, long y, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      Lanes.store(Lanes.load(x + at, full, rest).max(Lanes.ZERO), y + at, full, rest);
    }
  }

  private static void reluBackwardLoop(long x, long dY, long dX, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      VectorMask<Float> positive =
          Lanes.load(x + at, full, rest).compare(VectorOperators.GT, Lanes.ZERO);
      Lanes.store(Lanes.ZERO.blend(Lanes.load(dY + at, full, rest), positive), dX + at, full, rest);
    }
  }

  private static void clipLoop(float limit, long x, long y, int n) {
    FloatVector most = Lanes.broadcast(limit);
    FloatVector least = Lanes.broadcast(-limit);
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      Lanes.store(Lanes.load(x + at, full, rest).max(least).min(most), y + at, full, rest);
    }
  }

  private static void clipBackwardLoop(float limit, long x, long dY, long dX, int n) {
    FloatVector most = Lanes.broadcast(limit);
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      VectorMask<Float> within =
          Lanes.load(x + at, full, rest).abs().compare(VectorOperators.LE, most);
      Lanes.store(Lanes.ZERO.blend(Lanes.load(dY + at, full, rest), within), dX + at, full, rest);
    }
  }
}
