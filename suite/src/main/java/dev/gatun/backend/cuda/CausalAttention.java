package dev.gatun.backend.cuda;

import dev.gatun.backend.AttentionShape;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.Parts;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/**
 * Causal attention, forward and backward; see {@link dev.gatun.backend.Backend#attention}. Heads
 * can be 256 wide.
 */
final class CausalAttention implements Parts.CausalAttention {
  private final Launcher launcher;
  private final DeviceScratch deltas;
  private final MathMode math;

  CausalAttention(Launcher launcher, DeviceMemory memory, MathMode math) {
    this.launcher = launcher;
    this.deltas = new DeviceScratch(memory);
    this.math = math;
  }

  /** packed [B, T, packedWidth], out [B, T, outputWidth], normalisers [B, heads, T, 2]. */
  @Override
  public void attention(AttentionShape shape, Tensor packed, Tensor out, Tensor normalisers) {
    AttentionTiling tiling = AttentionTiling.of("attention", math, shape);
    launcher.launch(
        tiling.kernel(AttentionPass.FORWARD),
        tiling.grid(AttentionPass.FORWARD, shape),
        packed,
        out,
        normalisers,
        shape.length(),
        shape.heads(),
        shape.keyValueHeads(),
        shape.headWidth(),
        Alignment.inFours(shape.headWidth(), packed, out),
        (float) shape.scoreVariance(),
        (float) shape.scoreCap(),
        shape.window());
  }

  /** dPacked [B, T, packedWidth] from dOut [B, T, outputWidth] and what the forward pass kept. */
  @Override
  public void attentionBackward(
      AttentionShape shape,
      Tensor packed,
      Tensor out,
      Tensor normalisers,
      Tensor dOut,
      Tensor dPacked) {
    AttentionTiling tiling = AttentionTiling.of("attentionBackward", math, shape);
    Tensor delta = deltas.get(ElementType.F32, normalisers.size() / 2);
    int inFours = Alignment.inFours(shape.headWidth(), packed, dOut, dPacked);
    launcher.launch(
        tiling.kernel(AttentionPass.QUERIES),
        tiling.grid(AttentionPass.QUERIES, shape),
        packed,
        out,
        normalisers,
        dOut,
        dPacked,
        delta,
        shape.length(),
        shape.heads(),
        shape.keyValueHeads(),
        shape.headWidth(),
        inFours,
        (float) shape.scoreVariance(),
        (float) shape.scoreCap(),
        shape.window());
    launcher.launch(
        tiling.kernel(AttentionPass.KEYS),
        tiling.grid(AttentionPass.KEYS, shape),
        packed,
        normalisers,
        dOut,
        delta,
        dPacked,
        shape.length(),
        shape.heads(),
        shape.keyValueHeads(),
        shape.headWidth(),
        inFours,
        (float) shape.scoreVariance(),
        (float) shape.scoreCap(),
        shape.window());
  }
}
