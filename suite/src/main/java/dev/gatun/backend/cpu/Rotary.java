package dev.gatun.backend.cpu;

import dev.gatun.backend.AttentionShape;
import dev.gatun.backend.Parts;
import dev.gatun.tensor.Tensor;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Rotary position embedding in place; see {@link dev.gatun.backend.Backend#rotary}. */
final class Rotary implements Parts.Rotary {
  private static final int CHUNK = 32_768;

  private final WorkerPool pool;

  Rotary(WorkerPool pool) {
    this.pool = pool;
  }

  /** cos, sin [T, R/2], packed [B, T, packedWidth]. */
  @Override
  public void rotary(AttentionShape shape, Tensor cos, Tensor sin, Tensor packed) {
    turn(shape, cos, sin, 1f, packed);
  }

  @Override
  public void rotaryBackward(AttentionShape shape, Tensor cos, Tensor sin, Tensor dPacked) {
    turn(shape, cos, sin, -1f, dPacked);
  }

  private void turn(AttentionShape shape, Tensor cos, Tensor sin, float sign, Tensor packed) {
    int half = Math.toIntExact(cos.cols());
    int width = shape.packedWidth();
    int heads = shape.heads() + shape.keyValueHeads();
    long cosines = Lanes.address(cos);
    long sines = Lanes.address(sin);
    long base = Lanes.address(packed);
    RowChunks.of(packed.rows(), width, CHUNK)
        .forEach(
            pool,
            row -> {
              long angles = 4 * (row % shape.length()) * half;
              for (int head = 0; head < heads; head++) {
                long at = base + 4 * (row * width + (long) head * shape.headWidth());
                turnLoop(at, cosines + angles, sines + angles, sign, half);
              }
            });
  }

  private static void turnLoop(long x, long cos, long sin, float sign, int half) {
    long partner = x + 4L * half;
    VectorMask<Float> rest = Lanes.rest(half);
    for (int i = 0; i < half; i += Lanes.WIDTH) {
      boolean full = i <= half - Lanes.WIDTH;
      long at = 4L * i;
      FloatVector c = Lanes.load(cos + at, full, rest);
      FloatVector s = Lanes.load(sin + at, full, rest).mul(sign);
      FloatVector a = Lanes.load(x + at, full, rest);
      FloatVector b = Lanes.load(partner + at, full, rest);
      Lanes.store(a.mul(c).sub(b.mul(s)), x + at, full, rest);
      Lanes.store(b.mul(c).add(a.mul(s)), partner + at, full, rest);
    }
  }
}
