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

  private static final FloatVector CUBIC = Lanes.broadcast(0.044715f);
  private static final FloatVector THRICE_CUBIC = Lanes.broadcast(3 * 0.044715f);

  /** 2·√(2/π): 0.5·(1 + tanh u) is the logistic function of 2u. */
  private static final FloatVector TWICE_ROOT_2_OVER_PI = Lanes.broadcast(1.5957691216f);

  private static final FloatVector MINUS_TWO = Lanes.broadcast(-2f);
  private static final FloatVector FOUR = Lanes.broadcast(4f);

  /** Up to here tanh is a polynomial: beyond, (1 − e)/(1 + e) does not cancel. */
  private static final FloatVector SMALL = Lanes.broadcast(0.625f);

  // Coefficients of (tanh x − x)/x³ in x² (Moshier's Cephes library, tanhf).
  private static final FloatVector T4 = Lanes.broadcast(-5.70498872745e-3f);
  private static final FloatVector T3 = Lanes.broadcast(2.06390887954e-2f);
  private static final FloatVector T2 = Lanes.broadcast(-5.37397155531e-2f);
  private static final FloatVector T1 = Lanes.broadcast(1.33314422036e-1f);
  private static final FloatVector T0 = Lanes.broadcast(-3.33332819422e-1f);

  private final WorkerPool pool;

  ElementwiseFunctions(WorkerPool pool) {
    this.pool = pool;
  }

  /** x, y of equal size; y may be x. */
  @Override
  public void elementwise(Elementwise form, Tensor x, Tensor y) {
    long from = Lanes.address(x);
    long to = Lanes.address(y);
    long size = x.size();
    pool.forEach(
        WorkerPool.chunks(size, CHUNK),
        chunk -> {
          int n = (int) Math.min(CHUNK, size - (long) chunk * CHUNK);
          long offset = 4L * chunk * CHUNK;
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
    long size = x.size();
    pool.forEach(
        WorkerPool.chunks(size, CHUNK),
        chunk -> {
          int n = (int) Math.min(CHUNK, size - (long) chunk * CHUNK);
          long offset = 4L * chunk * CHUNK;
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
    long size = x.size();
    pool.forEach(
        WorkerPool.chunks(size, CHUNK),
        chunk -> {
          long offset = 4L * chunk * CHUNK;
          int n = (int) Math.min(CHUNK, size - (long) chunk * CHUNK);
          clipLoop((float) limit, from + offset, to + offset, n);
        });
  }

  /** x, dY, dX of equal size; dX may be dY. */
  @Override
  public void clipBackward(double limit, Tensor x, Tensor dY, Tensor dX) {
    long at = Lanes.address(x);
    long from = Lanes.address(dY);
    long to = Lanes.address(dX);
    long size = x.size();
    pool.forEach(
        WorkerPool.chunks(size, CHUNK),
        chunk -> {
          long offset = 4L * chunk * CHUNK;
          int n = (int) Math.min(CHUNK, size - (long) chunk * CHUNK);
          clipBackwardLoop((float) limit, at + offset, from + offset, to + offset, n);
        });
  }

  private static void geluTanhLoop(long x, long y, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      Lanes.store(geluTanh(Lanes.load(x + at, full, rest)), y + at, full, rest);
    }
  }

  private static void geluTanhBackwardLoop(long x, long dY, long dX, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      FloatVector gradient = Lanes.load(dY + at, full, rest);
      FloatVector result = geluTanhDerivative(Lanes.load(x + at, full, rest)).mul(gradient);
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
      FloatVector result = gelu(Lanes.load(x + at, full, rest));
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
      FloatVector result = geluDerivative(Lanes.load(x + at, full, rest)).mul(gradient);
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
      FloatVector result = tanh(Lanes.load(x + at, full, rest));
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
      FloatVector slope = tanhDerivative(Lanes.load(x + at, full, rest));
      Lanes.store(slope.mul(Lanes.load(dY + at, full, rest)), dX + at, full, rest);
    }
  }

  private static void sigsoftmaxLoop(long x, long y, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      FloatVector result = sigsoftmax(Lanes.load(x + at, full, rest));
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
          Exponential.ONE.add(Exponential.logistic(Lanes.load(x + at, full, rest).neg()));
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

  static FloatVector geluTanh(FloatVector x) {
    return x.mul(Exponential.logistic(geluTanhArgument(x)));
  }

  /** 2u, whose logistic function is the share of x that GELU lets through. */
  static FloatVector geluTanhArgument(FloatVector x) {
    FloatVector square = x.mul(x);
    return square.fma(CUBIC, Exponential.ONE).mul(x).mul(TWICE_ROOT_2_OVER_PI);
  }

  private static FloatVector geluTanhDerivative(FloatVector x) {
    return geluTanhDerivative(x, Exponential.logistic(geluTanhArgument(x)));
  }

  /** s + x·s·(1 − s)·2u′ with s the logistic function of 2u. */
  static FloatVector geluTanhDerivative(FloatVector x, FloatVector s) {
    FloatVector square = x.mul(x);
    FloatVector inner = square.fma(THRICE_CUBIC, Exponential.ONE).mul(x).mul(TWICE_ROOT_2_OVER_PI);
    FloatVector bell = s.mul(Exponential.ONE.sub(s));
    return inner.fma(bell, s);
  }

  private static FloatVector gelu(FloatVector x) {
    FloatVector density = Exponential.normalDensity(x);
    FloatVector part = x.mul(Exponential.normalTail(x, density));
    return part.blend(x.sub(part), x.compare(VectorOperators.GT, Lanes.ZERO));
  }

  /** Φ(x) + x·φ(x). */
  private static FloatVector geluDerivative(FloatVector x) {
    FloatVector density = Exponential.normalDensity(x);
    FloatVector tail = Exponential.normalTail(x, density);
    FloatVector cdf =
        tail.blend(Exponential.ONE.sub(tail), x.compare(VectorOperators.GT, Lanes.ZERO));
    return x.fma(density, cdf);
  }

  static FloatVector tanh(FloatVector x) {
    FloatVector e = Exponential.exp(x.abs().mul(MINUS_TWO));
    FloatVector size = Exponential.ONE.sub(e).div(Exponential.ONE.add(e));
    FloatVector large = size.blend(size.neg(), x.compare(VectorOperators.LT, Lanes.ZERO));
    FloatVector square = x.mul(x);
    FloatVector p = square.fma(T4, T3);
    p = p.fma(square, T2);
    p = p.fma(square, T1);
    p = p.fma(square, T0);
    FloatVector small = p.mul(square).fma(x, x);
    return large.blend(small, x.abs().compare(VectorOperators.LT, SMALL));
  }

  /** 1 − tanh² = 4e/(1 + e)² with e = exp(−2|x|), which does not cancel. */
  static FloatVector tanhDerivative(FloatVector x) {
    FloatVector e = Exponential.exp(x.abs().mul(MINUS_TWO));
    FloatVector root = Exponential.ONE.add(e);
    return e.mul(FOUR).div(root.mul(root));
  }

  /** x + min(x, 0) − log(1 + exp(−|x|)). */
  private static FloatVector sigsoftmax(FloatVector x) {
    FloatVector twice = x.blend(x.add(x), x.compare(VectorOperators.LT, Lanes.ZERO));
    return twice.sub(Exponential.logOnePlus(Exponential.exp(x.abs().neg())));
  }
}
