package dev.gatun.backend.cpu;

import dev.gatun.backend.LogSumExp;
import dev.gatun.backend.Parts;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.ValueLayout;

/**
 * Cross-entropy and its logit gradient in place; see {@link
 * dev.gatun.backend.Backend#crossEntropy}.
 *
 * <p>A row stays in the cache for its three passes (maximum; exponentials and their sum; scaling),
 * so memory sees one read and one write.
 */
final class CrossEntropy implements Parts.CrossEntropy {
  private static final int CHUNK = 32_768;

  private static final long NO_TARGET = Long.MIN_VALUE;

  private final WorkerPool pool;

  CrossEntropy(WorkerPool pool) {
    this.pool = pool;
  }

  /** logits [R, V], targets [R], losses [R]. */
  @Override
  public void crossEntropy(Tensor logits, Tensor targets, double scale, Tensor losses) {
    int classes = Math.toIntExact(logits.cols());
    long base = Lanes.address(logits);
    RowChunks.of(logits.rows(), classes, CHUNK)
        .forEach(
            pool,
            row -> {
              int target = targets.memory().getAtIndex(ValueLayout.JAVA_INT, row);
              float loss = gradientRow(base + 4 * row * classes, classes, target, scale);
              losses.memory().setAtIndex(ValueLayout.JAVA_FLOAT, row, loss);
            });
  }

  /** The loss of one row, which becomes its gradient. */
  private static float gradientRow(long x, int n, int target, double scale) {
    if (target < 0) {
      Lanes.zero(x, n);
      return 0f;
    }
    float logit = element(x, target);
    float max = RowSums.maxLoop(x, n);
    double sum = Softmax.exponentiateLoop(x, max, n);
    double probability = element(x, target) / sum;
    Softmax.scaleLoop(x, (float) (scale / sum), n);
    setElement(x, target, (float) (scale * (probability - 1)));
    return (float) (StrictMath.log(sum) + ((double) max - logit));
  }

  /** logits [R, V], targets [R], losses [R]; logits stay. */
  @Override
  public void crossEntropyLoss(Tensor logits, Tensor targets, Tensor losses) {
    int classes = Math.toIntExact(logits.cols());
    long base = Lanes.address(logits);
    RowChunks.of(logits.rows(), classes, CHUNK)
        .forEach(
            pool,
            row -> {
              int target = targets.memory().getAtIndex(ValueLayout.JAVA_INT, row);
              long x = base + 4 * row * classes;
              float loss = target < 0 ? 0 : loss(x, classes, target);
              losses.memory().setAtIndex(ValueLayout.JAVA_FLOAT, row, loss);
            });
  }

  private static float loss(long x, int n, int target) {
    float max = RowSums.maxLoop(x, n);
    double sum = Softmax.sumOfExponentialsLoop(x, max, n);
    return (float) (StrictMath.log(sum) + ((double) max - element(x, target)));
  }

  /** logits [R, V], logSumExp [R]. */
  @Override
  public void logSumExpRows(Tensor logits, LogSumExp logSumExp) {
    int classes = Math.toIntExact(logits.cols());
    long base = Lanes.address(logits);
    RowChunks.of(logits.rows(), classes, CHUNK)
        .forEach(
            pool,
            row -> {
              long x = base + 4 * row * classes;
              float max = RowSums.maxLoop(x, classes);
              double rest = StrictMath.log(Softmax.sumOfExponentialsLoop(x, max, classes));
              logSumExp.max().memory().setAtIndex(ValueLayout.JAVA_FLOAT, row, max);
              logSumExp.rest().memory().setAtIndex(ValueLayout.JAVA_FLOAT, row, (float) rest);
            });
  }

  /** logits [R, C] of classes firstClass to firstClass + C, logSumExp [R], targets [R]. */
  @Override
  public void crossEntropyColumns(
      Tensor logits, LogSumExp logSumExp, Tensor targets, long firstClass, double scale) {
    int classes = Math.toIntExact(logits.cols());
    long base = Lanes.address(logits);
    RowChunks.of(logits.rows(), classes, CHUNK)
        .forEach(
            pool,
            row -> {
              long column = column(targets, row, firstClass);
              columnsOfRow(base + 4 * row * classes, classes, logSumExp, row, column, scale, 1);
            });
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
    int classes = Math.toIntExact(logits.cols());
    long base = Lanes.address(logits);
    RowChunks.of(logits.rows(), classes, CHUNK)
        .forEach(
            pool,
            row -> {
              long column = column(targets, row, firstClass);
              float weight = weights.memory().getAtIndex(ValueLayout.JAVA_FLOAT, row);
              long x = base + 4 * row * classes;
              columnsOfRow(x, classes, logSumExp, row, column, scale, weight);
            });
  }

  /** Where a row's target is in a block of columns, or a number of none; NO_TARGET without one. */
  private static long column(Tensor targets, long row, long firstClass) {
    int target = targets.memory().getAtIndex(ValueLayout.JAVA_INT, row);
    return target < 0 ? NO_TARGET : target - firstClass;
  }

  private static void columnsOfRow(
      long x, int n, LogSumExp logSumExp, long row, long column, double scale, float weight) {
    if (column == NO_TARGET) {
      Lanes.zero(x, n);
      return;
    }
    float max = logSumExp.max().memory().getAtIndex(ValueLayout.JAVA_FLOAT, row);
    float rest = logSumExp.rest().memory().getAtIndex(ValueLayout.JAVA_FLOAT, row);
    Softmax.probabilitiesLoop(x, max, 1f, (float) (scale * StrictMath.exp(-rest)), n);
    if (column >= 0 && column < n) {
      setElement(x, (int) column, (float) (element(x, (int) column) - scale * weight));
    }
  }

  private static float element(long x, int i) {
    return Lanes.MEMORY.get(ValueLayout.JAVA_FLOAT, x + 4L * i);
  }

  private static void setElement(long x, int i, float value) {
    Lanes.MEMORY.set(ValueLayout.JAVA_FLOAT, x + 4L * i, value);
  }
}
