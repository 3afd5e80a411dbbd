package dev.gatun.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;

import dev.gatun.backend.AdamWConstants;
import dev.gatun.backend.AdamWFactors;
import dev.gatun.backend.Parts;
import dev.gatun.backend.StepNumbers;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** The AdamW update; see {@link dev.gatun.backend.Backend#adamW}. */
final class AdamW implements Parts.AdamW {
  private static final int CHUNK = 32_768;

  private final WorkerPool pool;

  AdamW(WorkerPool pool) {
    this.pool = pool;
  }

  @Override
  public void gradientScale(Tensor sums, double clipNorm, Tensor step) {
    StepNumbers before = StepNumbers.onHost(step);
    var after =
        new StepNumbers(
            before.number(),
            before.learningRate(),
            StepNumbers.gradientScale(sums.memory().get(JAVA_DOUBLE, 0), clipNorm),
            before.isHeld() || !allFinite(sums));
    step.memory().copyFrom(MemorySegment.ofArray(after.values()));
  }

  private static boolean allFinite(Tensor sums) {
    for (long i = 0; i < sums.size(); i++) {
      if (!Double.isFinite(sums.memory().getAtIndex(JAVA_DOUBLE, i))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void adamW(
      AdamWConstants constants,
      Tensor step,
      Tensor parameter,
      Tensor gradient,
      Tensor firstMoment,
      Tensor secondMoment) {
    StepNumbers numbers = StepNumbers.onHost(step);
    if (numbers.isHeld()) {
      return;
    }
    AdamWFactors factors = AdamWFactors.of(constants, numbers);
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
          updateLoop(factors, p + offset, g + offset, m + offset, v + offset, n);
        });
  }

  private static void updateLoop(AdamWFactors f, long p, long g, long m, long v, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      FloatVector gradient = Lanes.load(g + at, full, rest).mul(f.gradientScale());
      FloatVector first =
          Lanes.load(m + at, full, rest).mul(f.beta1()).add(gradient.mul(f.oneMinusBeta1()));
      Lanes.store(first, m + at, full, rest);
      FloatVector square = gradient.mul(gradient);
      FloatVector second =
          Lanes.load(v + at, full, rest).mul(f.beta2()).add(square.mul(f.oneMinusBeta2()));
      Lanes.store(second, v + at, full, rest);
      FloatVector denominator = second.sqrt().mul(f.inverseRoot()).add(f.epsilon());
      FloatVector parameter = Lanes.load(p + at, full, rest);
      FloatVector decayed = parameter.add(parameter.mul(f.minusDecay()));
      Lanes.store(decayed.add(first.mul(f.minusRate()).div(denominator)), p + at, full, rest);
    }
  }
}
