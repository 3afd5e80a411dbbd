package dev.gatun.backend.cuda;

import dev.gatun.backend.LogSumExp;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.Parts;
import dev.gatun.tensor.Tensor;

/**
 * Cross-entropy and its logit gradient in place: {@code cross_entropy.cu}; see {@link
 * dev.gatun.backend.Backend#crossEntropy}.
 *
 * <p>A block has a row. How many threads add up a row depends on its length alone, in all these
 * operations, so that a loss has the same bits with the gradient and without.
 */
final class CrossEntropy implements Parts.CrossEntropy {
  private static final String FILE = "cross_entropy";
  private static final Kernel SMALL = new Kernel(FILE, "cross_entropy_small_f32");
  private static final Kernel MEDIUM = new Kernel(FILE, "cross_entropy_medium_f32");
  private static final Kernel LARGE = new Kernel(FILE, "cross_entropy_large_f32");
  private static final Kernel SMALL_BF16 = new Kernel(FILE, "cross_entropy_small_bf16");
  private static final Kernel MEDIUM_BF16 = new Kernel(FILE, "cross_entropy_medium_bf16");
  private static final Kernel LARGE_BF16 = new Kernel(FILE, "cross_entropy_large_bf16");
  private static final Kernel LOSS = new Kernel(FILE, "cross_entropy_loss_f32");
  private static final Kernel LOSS_LARGE = new Kernel(FILE, "cross_entropy_loss_large_f32");
  private static final Kernel LOG_SUM_EXP = new Kernel(FILE, "log_sum_exp_f32");
  private static final Kernel LOG_SUM_EXP_LARGE = new Kernel(FILE, "log_sum_exp_large_f32");
  private static final Kernel COLUMNS = new Kernel(FILE, "cross_entropy_columns_f32");
  private static final Kernel WEIGHTED_COLUMNS =
      new Kernel(FILE, "weighted_cross_entropy_columns_f32");

  // As in cross_entropy.cu.
  private static final int THREADS = 256;
  private static final int LARGE_THREADS = 512;
  private static final int VECTORS_IN_REGISTERS = 20;
  private static final int VECTOR_BYTES = 16;

  /** Classes of which the registers of the smallest kernel hold all. */
  private static final int MOST_SMALL = 8192;

  /** Classes of which a processor with 227 KiB of shared memory holds two rows, or nearly. */
  private static final int MOST_MEDIUM = 57_344;

  /** What a block takes beyond what it asks for: the driver's share and the reductions'. */
  private static final int RESERVED_SHARED_BYTES = 2048;

  /** Elements of a row that a block of {@link #crossEntropyColumns} takes. */
  private static final int COLUMNS_PER_BLOCK = 16 * THREADS;

  private static final int MOST_BLOCKS_PER_ROW = 1024;

  private final Launcher launcher;
  private final MathMode math;
  private final RoundedOperands rounded;

  /** With the operands that {@link MathMode#BF16} rounds. */
  CrossEntropy(Launcher launcher, MathMode math, RoundedOperands rounded) {
    this.launcher = launcher;
    this.math = math;
    this.rounded = rounded;
  }

  /** logits [R, V], targets [R], losses [R]. */
  @Override
  public void crossEntropy(Tensor logits, Tensor targets, double scale, Tensor losses) {
    int classes = Math.toIntExact(logits.cols());
    Tensor error = launcher.errorFlag();
    int code = CheckedOperation.CROSS_ENTROPY.code();
    Grid grid = Grid.of(logits.rows(), threads(classes));
    if (classes <= MOST_SMALL) {
      launcher.launch(SMALL, grid, logits, targets, scale, losses, classes, error, code);
      return;
    }
    int vectors = sharedVectors(classes);
    launcher.launch(
        classes <= MOST_MEDIUM ? MEDIUM : LARGE,
        grid.withShared(vectors * VECTOR_BYTES),
        logits,
        targets,
        scale,
        losses,
        classes,
        vectors,
        error,
        code);
  }

  /** With bfloat16 products, the gradient is written as the left operand of the next ones alone. */
  @Override
  public void crossEntropyOperand(Tensor logits, Tensor targets, double scale, Tensor losses) {
    if (math != MathMode.BF16) {
      crossEntropy(logits, targets, scale, losses);
      return;
    }
    int classes = Math.toIntExact(logits.cols());
    Tensor error = launcher.errorFlag();
    int code = CheckedOperation.CROSS_ENTROPY.code();
    Grid grid = Grid.of(logits.rows(), threads(classes));
    Tensor room = rounded.left().room(logits.rows(), classes);
    long stride = RoundedOperand.stride(classes);
    if (classes <= MOST_SMALL) {
      launcher.launch(
          SMALL_BF16, grid, logits, room, targets, scale, losses, classes, stride, error, code);
    } else {
      int vectors = sharedVectors(classes);
      launcher.launch(
          classes <= MOST_MEDIUM ? MEDIUM_BF16 : LARGE_BF16,
          grid.withShared(vectors * VECTOR_BYTES),
          logits,
          room,
          targets,
          scale,
          losses,
          classes,
          stride,
          vectors,
          error,
          code);
    }
    rounded.left().holds(logits);
  }

  private static int threads(int classes) {
    return classes <= MOST_MEDIUM ? THREADS : LARGE_THREADS;
  }

  /** How much of a row shared memory takes, of what the registers do not: changes no result. */
  private int sharedVectors(int classes) {
    int rowsPerProcessor = classes <= MOST_MEDIUM ? 2 : 1;
    int bytes = launcher.sharedBytesPerBlock() / rowsPerProcessor - RESERVED_SHARED_BYTES;
    int rest = classes / 4 - VECTORS_IN_REGISTERS * threads(classes);
    return Math.clamp(rest, 0, bytes / VECTOR_BYTES);
  }

  /** logits [R, V], targets [R], losses [R]; logits stay. */
  @Override
  public void crossEntropyLoss(Tensor logits, Tensor targets, Tensor losses) {
    int classes = Math.toIntExact(logits.cols());
    launcher.launch(
        classes <= MOST_MEDIUM ? LOSS : LOSS_LARGE,
        Grid.of(logits.rows(), threads(classes)),
        logits,
        targets,
        losses,
        classes,
        launcher.errorFlag(),
        CheckedOperation.CROSS_ENTROPY_LOSS.code());
  }

  /** logits [R, V], logSumExp [R]. */
  @Override
  public void logSumExpRows(Tensor logits, LogSumExp logSumExp) {
    int classes = Math.toIntExact(logits.cols());
    launcher.launch(
        classes <= MOST_MEDIUM ? LOG_SUM_EXP : LOG_SUM_EXP_LARGE,
        Grid.of(logits.rows(), threads(classes)),
        logits,
        logSumExp.max(),
        logSumExp.rest(),
        classes);
  }

  /** logits [R, C] of classes firstClass to firstClass + C, logSumExp [R], targets [R]. */
  @Override
  public void crossEntropyColumns(
      Tensor logits, LogSumExp logSumExp, Tensor targets, long firstClass, double scale) {
    launcher.launch(
        COLUMNS,
        columnBlocks(logits),
        logits,
        logSumExp.max(),
        logSumExp.rest(),
        targets,
        firstClass,
        scale,
        Math.toIntExact(logits.cols()));
  }

  /** As crossEntropyColumns, with weights [R] of the targets. */
  @Override
  public void weightedCrossEntropyColumns(
      Tensor logits,
      LogSumExp logSumExp,
      Tensor targets,
      Tensor weights,
      long firstClass,
      double scale) {
    launcher.launch(
        WEIGHTED_COLUMNS,
        columnBlocks(logits),
        logits,
        logSumExp.max(),
        logSumExp.rest(),
        targets,
        weights,
        firstClass,
        scale,
        Math.toIntExact(logits.cols()));
  }

  private static Grid columnBlocks(Tensor logits) {
    int columns = Math.toIntExact(logits.cols());
    int blocks = Math.min(Math.ceilDiv(columns, COLUMNS_PER_BLOCK), MOST_BLOCKS_PER_ROW);
    return new Grid(Math.toIntExact(logits.rows()), blocks, THREADS, 0);
  }
}
