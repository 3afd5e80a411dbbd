package dev.gatun.backend.cuda;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.gatun.backend.AttentionShape;
import dev.gatun.backend.Parts;
import dev.gatun.backend.RecordingGuard;
import dev.gatun.backend.cuda.CudnnAttentionGraph.Operand;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/**
 * Causal attention by cuDNN, in bfloat16: operands are rounded on the way in, results widened on
 * the way out. Only plans that always give equal bytes are run. Each is made at the first use of
 * its shape, and kept. What cuDNN is not asked for, Gatun's own kernels compute.
 */
final class CudnnAttention implements Parts.CausalAttention, AutoCloseable {
  /** Shorter sequences give cuDNN's tiles too little work. */
  static final int LEAST_LENGTH = 256;

  /** Every device since sm_80 has plans for heads of this width. */
  static final int WIDEST_HEAD = 128;

  /** Rows of heads start at multiples of 16 bytes. */
  private static final int HEAD_STEP = 8;

  private static final int BF16_BYTES = 2;

  private final CausalAttention own;
  private final CudnnHandle cudnn;
  private final Launcher launcher;
  private final RecordingGuard guard;
  private final CudnnDescriptors descriptors = new CudnnDescriptors();
  private final Map<AttentionShape, CudnnPlan> forwards = new HashMap<>();
  private final Map<AttentionShape, CudnnPlan> backwards = new HashMap<>();
  private final MemorySegment scalars;
  private final DeviceScratch packed;
  private final DeviceScratch dPacked;
  private final DeviceScratch out;
  private final DeviceScratch dOut;
  private final DeviceScratch deltas;
  private final DeviceScratch workspace;

  CudnnAttention(
      CausalAttention own,
      CudnnHandle cudnn,
      Launcher launcher,
      DeviceMemory memory,
      RecordingGuard guard) {
    this.own = own;
    this.cudnn = cudnn;
    this.launcher = launcher;
    this.guard = guard;
    scalars = memory.arena().allocate(JAVA_FLOAT, Operand.values().length);
    packed = new DeviceScratch(memory);
    dPacked = new DeviceScratch(memory);
    out = new DeviceScratch(memory);
    dOut = new DeviceScratch(memory);
    deltas = new DeviceScratch(memory);
    workspace = new DeviceScratch(memory);
  }

  /** Whether cuDNN is asked for attention of this shape. */
  static boolean serves(AttentionShape shape) {
    return shape.length() >= LEAST_LENGTH
        && shape.headWidth() <= WIDEST_HEAD
        && shape.headWidth() % HEAD_STEP == 0
        && !shape.isCapped()
        && !shape.isWindowed();
  }

  /**
   * packed [B, T, packedWidth], out [B, T, outputWidth], normalisers [B, heads, T, 2], of which the
   * first half becomes the logarithms of the sums [B, heads, T].
   */
  @Override
  public void attention(AttentionShape shape, Tensor packed, Tensor out, Tensor normalisers) {
    if (!serves(shape)) {
      own.attention(shape, packed, out, normalisers);
      return;
    }
    CudnnPlan plan = forwards.computeIfAbsent(shape, this::planForward);
    Tensor rounded = rounded(packed, this.packed);
    Tensor result = room(out, this.out);
    var operands = new EnumMap<Operand, MemorySegment>(Operand.class);
    putParts(operands, shape, rounded, Operand.QUERIES, Operand.KEYS, Operand.VALUES);
    operands.put(Operand.OUT, result.memory());
    operands.put(Operand.LOG_SUMS, normalisers.memory());
    operands.put(Operand.SCALE, scale(shape));
    operands.put(Operand.UNSEEN, scalar(Operand.UNSEEN, Float.NEGATIVE_INFINITY));
    launcher.writes().to(normalisers);
    run(plan, operands);
    Bfloat16.widen(launcher, result, out);
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
    if (!serves(shape)) {
      own.attentionBackward(shape, packed, out, normalisers, dOut, dPacked);
      return;
    }
    CudnnPlan plan = backwards.computeIfAbsent(shape, this::planBackward);
    Tensor result = room(dPacked, this.dPacked);
    var operands = new EnumMap<Operand, MemorySegment>(Operand.class);
    Tensor rounded = rounded(packed, this.packed);
    putParts(operands, shape, rounded, Operand.QUERIES, Operand.KEYS, Operand.VALUES);
    putParts(operands, shape, result, Operand.D_QUERIES, Operand.D_KEYS, Operand.D_VALUES);
    operands.put(Operand.OUT, rounded(out, this.out).memory());
    operands.put(Operand.D_OUT, rounded(dOut, this.dOut).memory());
    operands.put(Operand.LOG_SUMS, normalisers.memory());
    operands.put(Operand.DELTAS, deltas.get(ElementType.F32, normalisers.size() / 2).memory());
    operands.put(Operand.SCALE, scale(shape));
    operands.put(Operand.UNSEEN, scalar(Operand.UNSEEN, Float.NEGATIVE_INFINITY));
    operands.put(Operand.ONE, scalar(Operand.ONE, 1));
    run(plan, operands);
    Bfloat16.widen(launcher, result, dPacked);
  }

  private CudnnPlan planForward(AttentionShape shape) {
    guard.refuseInside("planning cuDNN's attention");
    var target = CudnnTarget.of(cudnn.get());
    MemorySegment graph = CudnnAttentionGraph.forward(descriptors, shape, target);
    return CudnnPlan.deterministic(descriptors, graph, target, 0)
        .orElseThrow(() -> refusal("attention", shape));
  }

  private CudnnPlan planBackward(AttentionShape shape) {
    guard.refuseInside("planning cuDNN's attention");
    var target = CudnnTarget.of(cudnn.get());
    MemorySegment graph = CudnnAttentionGraph.backward(descriptors, shape, target);
    return CudnnPlan.deterministic(descriptors, graph, target, bytesOfScores(shape))
        .orElseThrow(() -> refusal("attentionBackward", shape));
  }

  /** The bytes that the gradients of all scores take as bfloat16. */
  static long bytesOfScores(AttentionShape shape) {
    long length = shape.length();
    return length * length * shape.batch() * shape.heads() * BF16_BYTES;
  }

  private static IllegalArgumentException refusal(String operation, AttentionShape shape) {
    return new IllegalArgumentException(
        "%s: cuDNN has no plan for %s on this GPU that always gives equal bytes; leave out "
                .formatted(operation, shape)
            + "--attention cudnn");
  }

  private Tensor rounded(Tensor x, DeviceScratch scratch) {
    Tensor room = room(x, scratch);
    Bfloat16.round(launcher, x, room);
    return room;
  }

  /** Room in which each element of a tensor has two bytes. */
  private static Tensor room(Tensor x, DeviceScratch scratch) {
    return scratch.get(ElementType.I32, Math.ceilDiv(x.size(), BF16_BYTES));
  }

  private static void putParts(
      Map<Operand, MemorySegment> operands,
      AttentionShape shape,
      Tensor packed,
      Operand queries,
      Operand keys,
      Operand values) {
    long toKeys = (long) BF16_BYTES * shape.outputWidth();
    long toValues = toKeys + (long) BF16_BYTES * shape.keyValueHeads() * shape.headWidth();
    operands.put(queries, packed.memory());
    long address = packed.memory().address();
    operands.put(keys, MemorySegment.ofAddress(address + toKeys));
    operands.put(values, MemorySegment.ofAddress(address + toValues));
  }

  private MemorySegment scale(AttentionShape shape) {
    return scalar(Operand.SCALE, (float) (1 / Math.sqrt(shape.scoreVariance())));
  }

  // cuDNN has read it when a run has been put into the stream.
  private MemorySegment scalar(Operand operand, float value) {
    scalars.setAtIndex(JAVA_FLOAT, operand.ordinal(), value);
    return scalars.asSlice(operand.ordinal() * JAVA_FLOAT.byteSize(), JAVA_FLOAT.byteSize());
  }

  private void run(CudnnPlan plan, Map<Operand, MemorySegment> operands) {
    long words = Math.ceilDiv(plan.workspaceBytes(), ElementType.F32.byteSize());
    MemorySegment room = workspace.get(ElementType.F32, words).memory();
    launcher.clock().begin();
    plan.run(
        cudnn.get(),
        operands.keySet().stream().mapToLong(Operand::id).toArray(),
        operands.values().toArray(MemorySegment[]::new),
        room);
    launcher.clock().end("attention by cuDNN");
  }

  @Override
  public void close() {
    descriptors.close();
  }
}
