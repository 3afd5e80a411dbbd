package dev.gatun.backend.cuda;

import dev.gatun.backend.Transpose;
import dev.gatun.bindings.cublas.CuBlas;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/**
 * An operand of a product as bfloat16, in memory of its own. It is kept until the tensor that it is
 * of is written, or another takes its place: backward passes multiply one gradient twice in a row,
 * and a head's weights are multiplied with every chunk of rows.
 */
final class RoundedOperand implements DeviceWrites.Listener {
  private static final Kernel ROUND = new Kernel("gemm", "round_to_bf16");
  private static final Kernel ROUND_PAIR = new Kernel("gemm", "round_pair_to_bf16");

  /** Rows start at multiples of 16 bytes, which tensor cores load. */
  private static final int ALIGNMENT = 8;

  /** Rows from this length on start at multiples of 128 bytes, which memory moves. */
  private static final int LONG_ROW = 1024;

  private static final int LONG_ALIGNMENT = 64;

  private final Launcher launcher;
  private final DeviceScratch scratch;
  private Tensor source;
  private Tensor rounded;

  RoundedOperand(Launcher launcher, DeviceMemory memory) {
    this.launcher = launcher;
    this.scratch = new DeviceScratch(memory);
    launcher.writes().tell(this);
  }

  @Override
  public void written(long from, long to) {
    if (source != null && (overlaps(source, from, to) || overlaps(rounded, from, to))) {
      source = null;
    }
  }

  @Override
  public void beforeRecording() {
    source = null;
  }

  @Override
  public void afterRecording() {
    source = null;
  }

  private static boolean overlaps(Tensor x, long from, long to) {
    return from < begin(x) + x.byteSize() && to > begin(x);
  }

  private static long begin(Tensor x) {
    return x.memory().address();
  }

  /** Elements from one row of the rounded operand to the next. */
  static long stride(long cols) {
    int alignment = cols < LONG_ROW ? ALIGNMENT : LONG_ALIGNMENT;
    return Math.ceilDiv(cols, alignment) * alignment;
  }

  /** The operand x, rounded now unless that was done before. */
  CublasHandle.Operand of(Tensor x, Transpose transpose) {
    if (!isOf(x)) {
      round(x);
      holds(x);
    }
    return new CublasHandle.Operand(
        rounded.memory(), CuBlas.CUDA_R_16BF(), transpose, Math.toIntExact(stride(x.cols())));
  }

  /**
   * Rounds x for this operand and y for another in one launch, if both are to be rounded and no row
   * of either needs padding. {@link #of} rounds what this does not.
   */
  void roundWith(Tensor x, RoundedOperand other, Tensor y) {
    if (isOf(x) || other.isOf(y) || !isInFours(x) || !isInFours(y)) {
      return;
    }
    launcher.launch(
        ROUND_PAIR,
        Grid.ofMatrix(1, x.size() + y.size(), 4),
        x,
        room(x.rows(), x.cols()),
        x.size(),
        y,
        other.room(y.rows(), y.cols()),
        y.size());
    holds(x);
    other.holds(y);
  }

  private static boolean isInFours(Tensor x) {
    return stride(x.cols()) == x.cols() && Alignment.inFours(x.size(), x) == 1;
  }

  private boolean isOf(Tensor x) {
    return source != null
        && begin(source) == begin(x)
        && source.rows() == x.rows()
        && source.cols() == x.cols();
  }

  /**
   * What another kernel fills with an operand [rows, {@link #stride}] of its own making; {@link
   * #holds} is called after it.
   */
  Tensor room(long rows, long cols) {
    source = null;
    // Two elements to each of these: Gatun has no tensors of 16 bits.
    rounded = scratch.get(ElementType.I32, rows * stride(cols) / 2);
    return rounded;
  }

  /** From now on, what is in the room stands for x. */
  void holds(Tensor x) {
    source = x;
  }

  private void round(Tensor x) {
    round(launcher, x, room(x.rows(), x.cols()), stride(x.cols()));
  }

  /** Rounds x into the room, with this many elements from one row to the next. */
  static void round(Launcher launcher, Tensor x, Tensor room, long stride) {
    // Without padding all rows are one, so that short ones keep no threads idle.
    boolean dense = stride == x.cols();
    long rows = dense ? 1 : x.rows();
    long cols = dense ? x.size() : x.cols();
    int fours = Alignment.inFours(cols, x);
    launcher.launch(
        ROUND,
        Grid.ofMatrix(rows, cols, fours == 1 ? 4 : 1),
        x,
        room,
        rows,
        cols,
        dense ? cols : stride,
        fours);
  }
}
