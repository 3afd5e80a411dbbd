package dev.gatun.backend.cuda;

import dev.gatun.backend.AttentionShape;
import dev.gatun.backend.Parts;
import dev.gatun.tensor.Tensor;

/** Rotary position embedding in place; see {@link dev.gatun.backend.Backend#rotary}. */
final class Rotary implements Parts.Rotary {
  private static final Kernel KERNEL = new Kernel("rotary", "rotary");
  private static final int MOST_THREADS = 256;

  private final Launcher launcher;

  Rotary(Launcher launcher) {
    this.launcher = launcher;
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
    if (half == 0) {
      return;
    }
    int turned = shape.heads() + shape.keyValueHeads();
    int inFours = shape.headWidth() % 4 == 0 ? Alignment.inFours(half, cos, sin, packed) : 0;
    long work = (long) turned * half / (inFours == 1 ? 4 : 1);
    int threads = (int) Math.min(MOST_THREADS, Math.ceilDiv(work, 32) * 32);
    launcher.launch(
        KERNEL,
        Grid.of(packed.rows(), threads),
        cos,
        sin,
        packed,
        sign,
        shape.length(),
        turned,
        shape.packedWidth(),
        shape.headWidth(),
        half,
        inFours);
  }
}
