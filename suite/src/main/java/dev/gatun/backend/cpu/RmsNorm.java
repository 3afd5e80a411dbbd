package dev.gatun.backend.cpu;

import dev.gatun.backend.Parts;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Root-mean-square normalisation, forward and backward; see {@link
 * dev.gatun.backend.Backend#rmsNorm}.
 */
final class RmsNorm implements Parts.RmsNorm {
  private static final int CHUNK = 16_384;

  private final WorkerPool pool;

  RmsNorm(WorkerPool pool) {
    this.pool = pool;
  }

  /** x, y [N, D], weight [D], rstd [N]. */
  @Override
  public void rmsNorm(Tensor x, Tensor weight, double epsilon, Tensor y, Tensor rstd) {
    int width = Math.toIntExact(x.cols());
    long from = Lanes.address(x);
    long to = Lanes.address(y);
    long w = Lanes.address(weight);
    RowChunks.of(x.rows(), width, CHUNK)
        .forEach(
            pool,
            row -> {
              long at = from + 4 * row * width;
              double meanSquare = (double) RowSums.squaredDeviationsLoop(at, 0f, width) / width;
              float r = (float) (1 / Math.sqrt(meanSquare + epsilon));
              normaliseLoop(at, r, w, to + 4 * row * width, width);
              rstd.memory().setAtIndex(ValueLayout.JAVA_FLOAT, row, r);
            });
  }

  private static void normaliseLoop(long x, float r, long w, long y, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      Lanes.store(
          Lanes.load(x + at, full, rest).mul(r).mul(Lanes.load(w + at, full, rest)),
          y + at,
          full,
          rest);
    }
  }

  /** dY, x, dX [N, D], weight, dWeight [D], rstd [N]. */
  @Override
  public void rmsNormBackward(
      Tensor dY, Tensor x, Tensor weight, Tensor rstd, Tensor dX, Tensor dWeight) {
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
    float meanTimesHat = weightGradientLoop(dY, x, w, r, dW, n) / n;
    inputGradientLoop(dY, x, w, r, meanTimesHat, dX, n);
  }

  /** dW += dY·x̂; returns Σ ĝ·x̂. */
  private static float weightGradientLoop(long dY, long x, long w, float r, long dW, int n) {
    FloatVector sumTimesHat = Lanes.zero();
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      FloatVector gradientTimesHat =
          Lanes.load(dY + at, full, rest).mul(Lanes.load(x + at, full, rest).mul(r));
      Lanes.store(gradientTimesHat.add(Lanes.load(dW + at, full, rest)), dW + at, full, rest);
      sumTimesHat = gradientTimesHat.fma(Lanes.load(w + at, full, rest), sumTimesHat);
    }
    return Lanes.sum(sumTimesHat);
  }

  private static void inputGradientLoop(
      long dY, long x, long w, float r, float meanTimesHat, long dX, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      FloatVector hat = Lanes.load(x + at, full, rest).mul(r);
      FloatVector scaled = Lanes.load(dY + at, full, rest).mul(Lanes.load(w + at, full, rest));
      FloatVector step = scaled.sub(hat.mul(meanTimesHat));
      Lanes.store(step.mul(r).add(Lanes.load(dX + at, full, rest)), dX + at, full, rest);
    }
  }
}
