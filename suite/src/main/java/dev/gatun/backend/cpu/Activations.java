package dev.gatun.backend.cpu;

import dev.gatun.backend.Gelu;
import dev.gatun.backend.OperandChecks;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** GELU, elementwise, forward and backward; see {@link dev.gatun.backend.Backend#gelu}. */
final class Activations {
  private static final int CHUNK = 16_384;
  private static final FloatVector CUBIC = Lanes.broadcast(0.044715f);
  private static final FloatVector THRICE_CUBIC = Lanes.broadcast(3 * 0.044715f);

  /** 2·√(2/π): 0.5·(1 + tanh u) is the logistic function of 2u. */
  private static final FloatVector TWICE_ROOT_2_OVER_PI = Lanes.broadcast(1.5957691216f);

  private final OperandChecks checks = new OperandChecks(ElementType.F32, true);
  private final WorkerPool pool;

  Activations(WorkerPool pool) {
    this.pool = pool;
  }

  void gelu(Gelu form, Tensor x, Tensor y) {
    checks.sameSize("gelu", x, y);
    long from = Lanes.address(x);
    long to = Lanes.address(y);
    long size = x.size();
    pool.forEach(
        WorkerPool.chunks(size, CHUNK),
        chunk -> {
          int n = (int) Math.min(CHUNK, size - (long) chunk * CHUNK);
          long offset = 4L * chunk * CHUNK;
          switch (form) {
            case EXACT -> exactLoop(from + offset, to + offset, n);
            case TANH -> tanhLoop(from + offset, to + offset, n);
          }
        });
  }

  void geluBackward(Gelu form, Tensor x, Tensor dY, Tensor dX) {
    checks.sameSize("geluBackward", x, dY, dX);
    long at = Lanes.address(x);
    long from = Lanes.address(dY);
    long to = Lanes.address(dX);
    long size = x.size();
    pool.forEach(
        WorkerPool.chunks(size, CHUNK),
        chunk -> {
          int n = (int) Math.min(CHUNK, size - (long) chunk * CHUNK);
          long offset = 4L * chunk * CHUNK;
          switch (form) {
            case EXACT -> exactBackwardLoop(at + offset, from + offset, to + offset, n);
            case TANH -> tanhBackwardLoop(at + offset, from + offset, to + offset, n);
          }
        });
  }

  private static void tanhLoop(long x, long y, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      Lanes.store(tanhForm(Lanes.load(x + at, full, rest)), y + at, full, rest);
    }
  }

  private static void tanhBackwardLoop(long x, long dY, long dX, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      FloatVector gradient = Lanes.load(dY + at, full, rest);
      FloatVector result = tanhDerivative(Lanes.load(x + at, full, rest)).mul(gradient);
      if (full) {
        result.intoMemorySegment(Lanes.MEMORY, dX + at, Lanes.ORDER);
      } else {
        result.intoMemorySegment(Lanes.MEMORY, dX + at, Lanes.ORDER, rest);
      }
    }
  }

  private static void exactLoop(long x, long y, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      FloatVector result = exactForm(Lanes.load(x + at, full, rest));
      if (full) {
        result.intoMemorySegment(Lanes.MEMORY, y + at, Lanes.ORDER);
      } else {
        result.intoMemorySegment(Lanes.MEMORY, y + at, Lanes.ORDER, rest);
      }
    }
  }

  private static void exactBackwardLoop(long x, long dY, long dX, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      FloatVector gradient = Lanes.load(dY + at, full, rest);
      FloatVector result = exactDerivative(Lanes.load(x + at, full, rest)).mul(gradient);
      if (full) {
        result.intoMemorySegment(Lanes.MEMORY, dX + at, Lanes.ORDER);
      } else {
        result.intoMemorySegment(Lanes.MEMORY, dX + at, Lanes.ORDER, rest);
      }
    }
  }

  private static FloatVector tanhForm(FloatVector x) {
    FloatVector square = x.mul(x);
    FloatVector twiceU = square.fma(CUBIC, Exponential.ONE).mul(x).mul(TWICE_ROOT_2_OVER_PI);
    return x.mul(Exponential.logistic(twiceU));
  }

  /** s + x·s·(1 − s)·2u′ with s the logistic function of 2u. */
  private static FloatVector tanhDerivative(FloatVector x) {
    FloatVector square = x.mul(x);
    FloatVector twiceU = square.fma(CUBIC, Exponential.ONE).mul(x).mul(TWICE_ROOT_2_OVER_PI);
    FloatVector s = Exponential.logistic(twiceU);
    FloatVector inner = square.fma(THRICE_CUBIC, Exponential.ONE).mul(x).mul(TWICE_ROOT_2_OVER_PI);
    FloatVector bell = s.mul(Exponential.ONE.sub(s));
    return inner.fma(bell, s);
  }

  private static FloatVector exactForm(FloatVector x) {
    FloatVector density = Exponential.normalDensity(x);
    FloatVector part = x.mul(Exponential.normalTail(x, density));
    return part.blend(x.sub(part), x.compare(VectorOperators.GT, Lanes.ZERO));
  }

  /** Φ(x) + x·φ(x). */
  private static FloatVector exactDerivative(FloatVector x) {
    FloatVector density = Exponential.normalDensity(x);
    FloatVector tail = Exponential.normalTail(x, density);
    FloatVector cdf =
        tail.blend(Exponential.ONE.sub(tail), x.compare(VectorOperators.GT, Lanes.ZERO));
    return x.fma(density, cdf);
  }
}
