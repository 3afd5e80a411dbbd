package dev.gatun.backend.cuda;

import dev.gatun.backend.Transpose;
import dev.gatun.bindings.cublas.CuBlas;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/**
 * An operand of a product as bfloat16, in memory of its own. It is kept until it is told to forget:
 * backward passes multiply one gradient twice in a row, and to round the largest of them, the
 * logits', takes about as long as to multiply it.
 */
final class RoundedOperand {
  private static final Kernel ROUND = new Kernel("gemm", "round_to_bf16");

  /** Rows start at multiples of 16 bytes, which tensor cores load. */
  private static final int ALIGNMENT = 8;

  private final Launcher launcher;
  private final DeviceScratch scratch;
  private Tensor source;
  private Tensor rounded;

  RoundedOperand(Launcher launcher, DeviceMemory memory) {
    this.launcher = launcher;
    this.scratch = new DeviceScratch(memory);
  }

  /** The operand x, rounded now unless that was done before. */
  CublasHandle.Operand of(Tensor x, Transpose transpose) {
    long stride = Math.ceilDiv(x.cols(), ALIGNMENT) * ALIGNMENT;
    if (!isOf(x)) {
      source = null;
      round(x, stride);
      source = x;
    }
    return new CublasHandle.Operand(
        rounded.memory(), CuBlas.CUDA_R_16BF(), transpose, Math.toIntExact(stride));
  }

  private boolean isOf(Tensor x) {
    return source != null
        && source.memory().address() == x.memory().address()
        && source.rows() == x.rows()
        && source.cols() == x.cols();
  }

  private void round(Tensor x, long stride) {
    // Two of them to an element: Gatun has no tensors of 16 bits.
    rounded = scratch.get(ElementType.I32, x.rows() * stride / 2);
    // Without padding all rows are one, so that short ones keep no threads idle.
    boolean dense = stride == x.cols();
    long rows = dense ? 1 : x.rows();
    long cols = dense ? x.size() : x.cols();
    int fours = Alignment.inFours(cols, x);
    launcher.launch(
        ROUND,
        Grid.ofMatrix(rows, cols, fours == 1 ? 4 : 1),
        x,
        rounded,
        rows,
        cols,
        dense ? cols : stride,
        fours);
  }

  /** The next operand is rounded whatever it is. */
  void forget() {
    source = null;
  }
}
