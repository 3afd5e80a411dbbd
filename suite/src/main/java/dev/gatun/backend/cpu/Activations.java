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
  private static final float CUBIC = 0.044715f;

  /** 2·√(2/π): 0.5·(1 + tanh u) is the logistic function of 2u. */
  private static final float TWICE_ROOT_2_OVER_PI = 1.5957691216f;

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
            case EXACT -> exactChunk(from + offset, to + offset, n);
            case TANH -> tanhChunk(from + offset, to + offset, n);
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
            case EXACT -> exactBackwardChunk(at + offset, from + offset, to + offset, n);
            case TANH -> tanhBackwardChunk(at + offset, from + offset, to + offset, n);
          }
        });
  }

  private static void tanhChunk(long x, long y, int n) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.WIDTH) {
      Lanes.store(tanhForm(Lanes.load(x + 4L * i)), y + 4L * i);
    }
    if (whole < n) {
      VectorMask<Float> mask = Lanes.rest(n);
      Lanes.store(tanhForm(Lanes.load(x + 4L * whole, mask)), y + 4L * whole, mask);
    }
  }

  private static void tanhBackwardChunk(long x, long dY, long dX, int n) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.WIDTH) {
      FloatVector slope = tanhDerivative(Lanes.load(x + 4L * i));
      Lanes.store(slope.mul(Lanes.load(dY + 4L * i)), dX + 4L * i);
    }
    if (whole < n) {
      VectorMask<Float> mask = Lanes.rest(n);
      long at = 4L * whole;
      FloatVector slope = tanhDerivative(Lanes.load(x + at, mask));
      Lanes.store(slope.mul(Lanes.load(dY + at, mask)), dX + at, mask);
    }
  }

  private static void exactChunk(long x, long y, int n) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.WIDTH) {
      Lanes.store(exactForm(Lanes.load(x + 4L * i)), y + 4L * i);
    }
    if (whole < n) {
      VectorMask<Float> mask = Lanes.rest(n);
      Lanes.store(exactForm(Lanes.load(x + 4L * whole, mask)), y + 4L * whole, mask);
    }
  }

  private static void exactBackwardChunk(long x, long dY, long dX, int n) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.WIDTH) {
      FloatVector slope = exactDerivative(Lanes.load(x + 4L * i));
      Lanes.store(slope.mul(Lanes.load(dY + 4L * i)), dX + 4L * i);
    }
    if (whole < n) {
      VectorMask<Float> mask = Lanes.rest(n);
      long at = 4L * whole;
      FloatVector slope = exactDerivative(Lanes.load(x + at, mask));
      Lanes.store(slope.mul(Lanes.load(dY + at, mask)), dX + at, mask);
    }
  }

  private static FloatVector tanhForm(FloatVector x) {
    FloatVector square = x.mul(x);
    FloatVector twiceU = square.fma(CUBIC, 1f).mul(x).mul(TWICE_ROOT_2_OVER_PI);
    return x.mul(Exponential.logistic(twiceU));
  }

  /** s + x·s·(1 − s)·2u′ with s the logistic function of 2u. */
  private static FloatVector tanhDerivative(FloatVector x) {
    FloatVector square = x.mul(x);
    FloatVector twiceU = square.fma(CUBIC, 1f).mul(x).mul(TWICE_ROOT_2_OVER_PI);
    FloatVector s = Exponential.logistic(twiceU);
    FloatVector inner = square.fma(3 * CUBIC, 1f).mul(x).mul(TWICE_ROOT_2_OVER_PI);
    FloatVector bell = s.mul(Lanes.broadcast(1f).sub(s));
    return inner.fma(bell, s);
  }

  private static FloatVector exactForm(FloatVector x) {
    FloatVector density = Exponential.normalDensity(x);
    FloatVector part = x.mul(Exponential.normalTail(x, density));
    return part.blend(x.sub(part), x.compare(VectorOperators.GT, 0f));
  }

  /** Φ(x) + x·φ(x). */
  private static FloatVector exactDerivative(FloatVector x) {
    FloatVector density = Exponential.normalDensity(x);
    FloatVector tail = Exponential.normalTail(x, density);
    FloatVector cdf = tail.blend(Lanes.broadcast(1f).sub(tail), x.compare(VectorOperators.GT, 0f));
    return x.fma(density, cdf);
  }
}
