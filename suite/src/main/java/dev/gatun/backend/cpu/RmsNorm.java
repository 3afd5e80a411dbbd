package dev.gatun.backend.cpu;

import dev.gatun.backend.OperandChecks;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Root-mean-square normalisation, forward and backward; see {@link
 * dev.gatun.backend.Backend#rmsNorm}.
 */
final class RmsNorm {
  private static final int CHUNK = 16_384;

  private final OperandChecks checks = new OperandChecks(ElementType.F32, true);
  private final WorkerPool pool;

  RmsNorm(WorkerPool pool) {
    this.pool = pool;
  }

  /** x, y [N, D], weight [D], rstd [N]. */
  void rmsNorm(Tensor x, Tensor weight, double epsilon, Tensor y, Tensor rstd) {
    checks.rmsNorm(x, weight, y, rstd);
    int width = Math.toIntExact(x.cols());
    long from = Lanes.address(x);
    long to = Lanes.address(y);
    long w = Lanes.address(weight);
    RowChunks.of(x.rows(), width, CHUNK)
        .forEach(
            pool,
            row -> {
              long at = from + 4 * row * width;
              double meanSquare = (double) RowSums.squaredDeviations(at, 0f, width) / width;
              float r = (float) (1 / Math.sqrt(meanSquare + epsilon));
              normalise(at, r, w, to + 4 * row * width, width);
              rstd.memory().setAtIndex(ValueLayout.JAVA_FLOAT, row, r);
            });
  }

  private static void normalise(long x, float r, long w, long y, int n) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.WIDTH) {
      long at = 4L * i;
      Lanes.store(Lanes.load(x + at).mul(r).mul(Lanes.load(w + at)), y + at);
    }
    if (whole < n) {
      VectorMask<Float> mask = Lanes.rest(n);
      long at = 4L * whole;
      Lanes.store(Lanes.load(x + at, mask).mul(r).mul(Lanes.load(w + at, mask)), y + at, mask);
    }
  }

  /** dY, x, dX [N, D], weight, dWeight [D], rstd [N]. */
  void rmsNormBackward(Tensor dY, Tensor x, Tensor weight, Tensor rstd, Tensor dX, Tensor dWeight) {
    checks.rmsNormBackward(dY, x, weight, rstd, dX, dWeight);
    int width = Math.toIntExact(x.cols());
    long gradient = Lanes.address(dY);
    long in = Lanes.address(x);
    long w = Lanes.address(weight);
    long out = Lanes.address(dX);
    ColumnSums.accumulate(
        pool,
        x.rows(),
        width,
        new long[] {Lanes.address(dWeight)},
        (first, last, partial) -> {
          for (long row = first; row < last; row++) {
            long offset = 4 * row * width;
            float r = rstd.memory().getAtIndex(ValueLayout.JAVA_FLOAT, row);
            backwardRow(gradient + offset, in + offset, w, r, out + offset, partial, width);
          }
        });
  }

  /** dX += r·(ĝ − x̂·mean(ĝ·x̂)) with ĝ = dY·weight and x̂ = x·r. */
  private static void backwardRow(long dY, long x, long w, float r, long dX, long dW, int n) {
    FloatVector sumTimesHat = Lanes.ZERO;
    int whole = Lanes.whole(n);
    VectorMask<Float> mask = Lanes.rest(n);
    for (int i = 0; i < whole; i += Lanes.WIDTH) {
      long at = 4L * i;
      FloatVector gradientTimesHat = Lanes.load(dY + at).mul(Lanes.load(x + at).mul(r));
      Lanes.store(gradientTimesHat.add(Lanes.load(dW + at)), dW + at);
      sumTimesHat = gradientTimesHat.fma(Lanes.load(w + at), sumTimesHat);
    }
    if (whole < n) {
      long at = 4L * whole;
      FloatVector gradientTimesHat = Lanes.load(dY + at, mask).mul(Lanes.load(x + at, mask).mul(r));
      Lanes.store(gradientTimesHat.add(Lanes.load(dW + at, mask)), dW + at, mask);
      sumTimesHat = gradientTimesHat.fma(Lanes.load(w + at, mask), sumTimesHat);
    }
    float meanTimesHat = Lanes.sum(sumTimesHat) / n;
    for (int i = 0; i < whole; i += Lanes.WIDTH) {
      long at = 4L * i;
      FloatVector hat = Lanes.load(x + at).mul(r);
      FloatVector scaled = Lanes.load(dY + at).mul(Lanes.load(w + at));
      FloatVector step = scaled.sub(hat.mul(meanTimesHat));
      Lanes.store(step.mul(r).add(Lanes.load(dX + at)), dX + at);
    }
    if (whole < n) {
      long at = 4L * whole;
      FloatVector hat = Lanes.load(x + at, mask).mul(r);
      FloatVector scaled = Lanes.load(dY + at, mask).mul(Lanes.load(w + at, mask));
      FloatVector step = scaled.sub(hat.mul(meanTimesHat));
      Lanes.store(step.mul(r).add(Lanes.load(dX + at, mask)), dX + at, mask);
    }
  }
}
