package dev.gatun.backend.cpu;

import dev.gatun.backend.Parts;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Layer normalisation, forward and backward; see {@link dev.gatun.backend.Backend#layerNorm}. */
final class LayerNorm implements Parts.LayerNorm {
  private static final int CHUNK = 16_384;

  private final WorkerPool pool;

  LayerNorm(WorkerPool pool) {
    this.pool = pool;
  }

  /** x, y [N, D], weight, bias [D], mean, rstd [N]. */
  @Override
  public void layerNorm(
      Tensor x, Tensor weight, Tensor bias, double epsilon, Tensor y, Tensor mean, Tensor rstd) {
    int width = Math.toIntExact(x.cols());
    long from = Lanes.address(x);
    long to = Lanes.address(y);
    long w = Lanes.address(weight);
    long b = Lanes.address(bias);
    RowChunks.of(x.rows(), width, CHUNK)
        .forEach(
            pool,
            row -> {
              long at = from + 4 * row * width;
              float mu = RowSums.sumLoop(at, width) / width;
              double variance = (double) RowSums.squaredDeviationsLoop(at, mu, width) / width;
              float r = (float) (1 / Math.sqrt(variance + epsilon));
              normaliseLoop(at, mu, r, w, b, to + 4 * row * width, width);
              mean.memory().setAtIndex(ValueLayout.JAVA_FLOAT, row, mu);
              rstd.memory().setAtIndex(ValueLayout.JAVA_FLOAT, row, r);
            });
  }

  private static void normaliseLoop(long x, float mu, float r, long w, long b, long y, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      FloatVector hat = Lanes.load(x + at, full, rest).sub(mu).mul(r);
      Lanes.store(
          hat.fma(Lanes.load(w + at, full, rest), Lanes.load(b + at, full, rest)),
          y + at,
          full,
          rest);
    }
  }

  /** dY, x, dX [N, D], weight, dWeight, dBias [D], mean, rstd [N]. */
  @Override
  public void layerNormBackward(
      Tensor dY,
      Tensor x,
      Tensor weight,
      Tensor mean,
      Tensor rstd,
      Tensor dX,
      Tensor dWeight,
      Tensor dBias) {
    int width = Math.toIntExact(x.cols());
    int padded = ColumnSums.padded(width);
    long gradient = Lanes.address(dY);
    long in = Lanes.address(x);
    long w = Lanes.address(weight);
    long out = Lanes.address(dX);
    ColumnSums.accumulate(
        pool,
        x.rows(),
        width,
        new long[] {Lanes.address(dWeight), Lanes.address(dBias)},
        (first, last, partials) -> {
          long partialBias = partials + 4L * padded;
          for (long row = first; row < last; row++) {
            long offset = 4 * row * width;
            float mu = mean.memory().getAtIndex(ValueLayout.JAVA_FLOAT, row);
            float r = rstd.memory().getAtIndex(ValueLayout.JAVA_FLOAT, row);
            backwardRow(
                gradient + offset,
                in + offset,
                w,
                mu,
                r,
                out + offset,
                partials,
                partialBias,
                width);
          }
        });
  }

  /** dX += r·(ĝ − mean(ĝ) − x̂·mean(ĝ·x̂)) with ĝ = dY·weight and x̂ = (x − mean)·r. */
  private static void backwardRow(
      long dY, long x, long w, float mu, float r, long dX, long dW, long dB, int n) {
    Lanes.addLoop(dB, dY, n);
    float mean = RowSums.dotLoop(dY, w, n) / n;
    float meanTimesHat = weightGradientLoop(dY, x, w, mu, r, dW, n) / n;
    inputGradientLoop(dY, x, w, mu, r, mean, meanTimesHat, dX, n);
  }

  /** dW += dY·x̂; returns Σ ĝ·x̂. */
  private static float weightGradientLoop(
      long dY, long x, long w, float mu, float r, long dW, int n) {
    FloatVector sumTimesHat = Lanes.zero();
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      FloatVector hat = Lanes.load(x + at, full, rest).sub(mu).mul(r);
      FloatVector gradientTimesHat = Lanes.load(dY + at, full, rest).mul(hat);
      Lanes.store(gradientTimesHat.add(Lanes.load(dW + at, full, rest)), dW + at, full, rest);
      sumTimesHat = gradientTimesHat.fma(Lanes.load(w + at, full, rest), sumTimesHat);
    }
    return Lanes.sum(sumTimesHat);
  }

  private static void inputGradientLoop(
      long dY, long x, long w, float mu, float r, float mean, float meanTimesHat, long dX, int n) {
    VectorMask<Float> rest = Lanes.rest(n);
    for (int i = 0; i < n; i += Lanes.WIDTH) {
      boolean full = i <= n - Lanes.WIDTH;
      long at = 4L * i;
      FloatVector hat = Lanes.load(x + at, full, rest).sub(mu).mul(r);
      FloatVector scaled =
          Lanes.load(dY + at, full, rest).mul(Lanes.load(w + at, full, rest)).sub(mean);
      FloatVector step = scaled.sub(hat.mul(meanTimesHat));
      Lanes.store(step.mul(r).add(Lanes.load(dX + at, full, rest)), dX + at, full, rest);
    }
  }
}
