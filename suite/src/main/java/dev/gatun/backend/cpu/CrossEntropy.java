package dev.gatun.backend.cpu;

import dev.gatun.backend.OperandChecks;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.ValueLayout;

/**
 * Cross-entropy and its logit gradient in place; see {@link
 * dev.gatun.backend.Backend#crossEntropy}.
 *
 * <p>A row stays in the cache for its three passes (maximum; exponentials and their sum; scaling),
 * so memory sees one read and one write.
 */
final class CrossEntropy {
  private static final int CHUNK = 32_768;

  private final OperandChecks checks = new OperandChecks(ElementType.F32, true);
  private final WorkerPool pool;

  CrossEntropy(WorkerPool pool) {
    this.pool = pool;
  }

  /** logits [R, V], targets [R], losses [R]. */
  void crossEntropy(Tensor logits, Tensor targets, double scale, Tensor losses) {
    checks.crossEntropy("crossEntropy", logits, targets, losses);
    OperandChecks.idsWithin("crossEntropy", targets, -1, logits.cols());
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
    return (float) (StrictMath.log(sum) + max - logit);
  }

  /** logits [R, V], targets [R], losses [R]; logits stay. */
  void crossEntropyLoss(Tensor logits, Tensor targets, Tensor losses) {
    checks.crossEntropy("crossEntropyLoss", logits, targets, losses);
    OperandChecks.idsWithin("crossEntropyLoss", targets, -1, logits.cols());
    int classes = Math.toIntExact(logits.cols());
    long base = Lanes.address(logits);
    RowChunks.of(logits.rows(), classes, CHUNK)
        .forEach(
            pool,
            row -> {
              int target = targets.memory().getAtIndex(ValueLayout.JAVA_INT, row);
              long x = base + 4 * row * classes;
              double loss = target < 0 ? 0 : logSumExp(x, classes, element(x, target));
              losses.memory().setAtIndex(ValueLayout.JAVA_FLOAT, row, (float) loss);
            });
  }

  /** logits [R, V], logSumExp [R]. */
  void logSumExpRows(Tensor logits, Tensor logSumExp) {
    checks.logSumExpRows("logSumExpRows", logits, logSumExp);
    int classes = Math.toIntExact(logits.cols());
    long base = Lanes.address(logits);
    RowChunks.of(logits.rows(), classes, CHUNK)
        .forEach(
            pool,
            row -> {
              double result = logSumExp(base + 4 * row * classes, classes, 0f);
              logSumExp.memory().setAtIndex(ValueLayout.JAVA_FLOAT, row, (float) result);
            });
  }

  /** log Σ exp(xᵢ) − offset. */
  private static double logSumExp(long x, int n, float offset) {
    float max = RowSums.maxLoop(x, n);
    return StrictMath.log(Softmax.sumOfExponentialsLoop(x, max, n)) + ((double) max - offset);
  }

  /** logits [R, C] of classes firstClass to firstClass + C, logSumExp [R], targets [R]. */
  void crossEntropyColumns(
      Tensor logits, Tensor logSumExp, Tensor targets, long firstClass, double scale) {
    checks.crossEntropy("crossEntropyColumns", logits, targets, logSumExp);
    int classes = Math.toIntExact(logits.cols());
    long base = Lanes.address(logits);
    RowChunks.of(logits.rows(), classes, CHUNK)
        .forEach(
            pool,
            row -> {
              int target = targets.memory().getAtIndex(ValueLayout.JAVA_INT, row);
              float lse = logSumExp.memory().getAtIndex(ValueLayout.JAVA_FLOAT, row);
              columnsOfRow(base + 4 * row * classes, classes, lse, target, firstClass, scale, 1);
            });
  }

  /** As crossEntropyColumns, with weights [R] of the targets. */
  void weightedCrossEntropyColumns(
      Tensor logits,
      Tensor logSumExp,
      Tensor targets,
      Tensor weights,
      long firstClass,
      double scale) {
    checks.weightedCrossEntropyColumns(logits, logSumExp, targets, weights);
    int classes = Math.toIntExact(logits.cols());
    long base = Lanes.address(logits);
    RowChunks.of(logits.rows(), classes, CHUNK)
        .forEach(
            pool,
            row -> {
              int target = targets.memory().getAtIndex(ValueLayout.JAVA_INT, row);
              float lse = logSumExp.memory().getAtIndex(ValueLayout.JAVA_FLOAT, row);
              float weight = weights.memory().getAtIndex(ValueLayout.JAVA_FLOAT, row);
              long x = base + 4 * row * classes;
              columnsOfRow(x, classes, lse, target, firstClass, scale, weight);
            });
  }

  private static void columnsOfRow(
      long x, int n, float lse, int target, long firstClass, double scale, float weight) {
    if (target < 0) {
      Lanes.zero(x, n);
      return;
    }
    Softmax.probabilitiesLoop(x, 1f, lse, (float) scale, n);
    long column = target - firstClass;
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
