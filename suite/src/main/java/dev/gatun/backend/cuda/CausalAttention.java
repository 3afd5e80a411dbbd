package dev.gatun.backend.cuda;

import dev.gatun.backend.AttentionShape;
import dev.gatun.backend.OperandChecks;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/**
 * Causal attention, forward and backward; see {@link dev.gatun.backend.Backend#attention}. The
 * kernels are in {@code attention.cu}: a block has some rows (queries, or keys) and streams the
 * others past them.
 */
final class CausalAttention {
  private static final String FILE = "attention";

  private final OperandChecks checks = new OperandChecks(ElementType.F32, false);
  private final Launcher launcher;
  private final DeviceScratch deltas;

  CausalAttention(Launcher launcher, DeviceMemory memory) {
    this.launcher = launcher;
    this.deltas = new DeviceScratch(memory);
  }

  /** packed [B, T, packedWidth], out [B, T, outputWidth], logSumExp [B, heads, T]. */
  void attention(AttentionShape shape, Tensor packed, Tensor out, Tensor logSumExp) {
    checks.attention("attention", shape, packed, out, logSumExp);
    AttentionTiling tiling = AttentionTiling.of("attention", shape.headWidth());
    launch(
        "attention_" + tiling.width(),
        tiling.grid(shape, shape.heads(), 1),
        packed,
        out,
        logSumExp,
        shape.length(),
        shape.heads(),
        shape.keyValueHeads(),
        shape.headWidth(),
        Alignment.inFours(shape.headWidth(), packed, out));
  }

  /** dPacked [B, T, packedWidth] from dOut [B, T, outputWidth] and what the forward pass kept. */
  void attentionBackward(
      AttentionShape shape,
      Tensor packed,
      Tensor out,
      Tensor logSumExp,
      Tensor dOut,
      Tensor dPacked) {
    checks.attentionBackward(shape, packed, out, logSumExp, dOut, dPacked);
    AttentionTiling tiling = AttentionTiling.of("attentionBackward", shape.headWidth());
    Tensor delta = deltas.get(ElementType.F32, logSumExp.size());
    int inFours = Alignment.inFours(shape.headWidth(), packed, dOut, dPacked);
    launch(
        "attention_queries_" + tiling.width(),
        tiling.grid(shape, shape.heads(), 2),
        packed,
        out,
        logSumExp,
        dOut,
        dPacked,
        delta,
        shape.length(),
        shape.heads(),
        shape.keyValueHeads(),
        shape.headWidth(),
        inFours);
    launch(
        "attention_keys_" + tiling.width(),
        tiling.grid(shape, shape.keyValueHeads(), 2),
        packed,
        logSumExp,
        dOut,
        delta,
        dPacked,
        shape.length(),
        shape.heads(),
        shape.keyValueHeads(),
        shape.headWidth(),
        inFours);
  }

  private void launch(String function, Grid grid, Object... arguments) {
    launcher.launch(new Kernel(FILE, function), grid, arguments);
  }
}
