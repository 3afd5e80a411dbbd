package dev.gatun.backend.cpu;

import dev.gatun.backend.AdamWStep;
import dev.gatun.backend.OperandChecks;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** The AdamW update; see {@link dev.gatun.backend.Backend#adamW}. */
final class AdamW {
  private static final int CHUNK = 32_768;

  private final OperandChecks checks = new OperandChecks(ElementType.F32, true);
  private final WorkerPool pool;

  AdamW(WorkerPool pool) {
    this.pool = pool;
  }

  void adamW(
      AdamWStep step, Tensor parameter, Tensor gradient, Tensor firstMoment, Tensor secondMoment) {
    checks.sameSize("adamW", parameter, gradient, firstMoment, secondMoment);
    Factors factors = Factors.of(step);
    long size = parameter.size();
    long p = Lanes.address(parameter);
    long g = Lanes.address(gradient);
    long m = Lanes.address(firstMoment);
    long v = Lanes.address(secondMoment);
    pool.forEach(
        WorkerPool.chunks(size, CHUNK),
        chunk -> {
          long offset = 4L * chunk * CHUNK;
          int n = (int) Math.min(CHUNK, size - (long) chunk * CHUNK);
          update(factors, p + offset, g + offset, m + offset, v + offset, n);
        });
  }

  /**
   * The step's constants, worked out in f64 and rounded once.
   *
   * @param minusDecay −learningRate·weightDecay
   * @param minusRate −learningRate/(1 − beta1^step)
   * @param inverseRoot 1/√(1 − beta2^step)
   */
  private record Factors(
      float gradientScale,
      float beta1,
      float oneMinusBeta1,
      float beta2,
      float oneMinusBeta2,
      float minusDecay,
      float minusRate,
      float inverseRoot,
      float epsilon) {

    static Factors of(AdamWStep step) {
      double correction1 = 1 - StrictMath.pow(step.beta1(), step.step());
      double correction2 = 1 - StrictMath.pow(step.beta2(), step.step());
      return new Factors(
          (float) step.gradientScale(),
          (float) step.beta1(),
          (float) (1 - step.beta1()),
          (float) step.beta2(),
          (float) (1 - step.beta2()),
          (float) (-step.learningRate() * step.weightDecay()),
          (float) (-step.learningRate() / correction1),
          (float) (1 / Math.sqrt(correction2)),
          (float) step.epsilon());
    }

    FloatVector first(FloatVector m, FloatVector g) {
      return m.mul(beta1).add(g.mul(oneMinusBeta1));
    }

    FloatVector second(FloatVector v, FloatVector g) {
      return v.mul(beta2).add(g.mul(g).mul(oneMinusBeta2));
    }

    FloatVector parameter(FloatVector p, FloatVector m, FloatVector v) {
      FloatVector denominator = v.sqrt().mul(inverseRoot).add(epsilon);
      FloatVector decayed = p.add(p.mul(minusDecay));
      return decayed.add(m.mul(minusRate).div(denominator));
    }
  }

  private static void update(Factors factors, long p, long g, long m, long v, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      FloatVector gradient = Lanes.load(g + at, full, rest).mul(factors.gradientScale);
      FloatVector first = factors.first(Lanes.load(m + at, full, rest), gradient);
      FloatVector second = factors.second(Lanes.load(v + at, full, rest), gradient);
      Lanes.store(first, m + at, full, rest);
      Lanes.store(second, v + at, full, rest);
      Lanes.store(
          factors.parameter(Lanes.load(p + at, full, rest), first, second), p + at, full, rest);
    }
  }
}
