package dev.gatun.backend.cpu;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicLong;

/** Looks for elements of tensors, F32 or F64. */
final class Searches {
  private static final int PIECE = 1 << 16;
  private static final int BLOCK = 4096;

  private final WorkerPool pool;

  Searches(WorkerPool pool) {
    this.pool = pool;
  }

  long firstNonFinite(Tensor x) {
    var first = new AtomicLong(Long.MAX_VALUE);
    pool.forEach(
        WorkerPool.chunks(x.size(), PIECE),
        piece -> {
          long to = Math.min(x.size(), (piece + 1L) * PIECE);
          for (long i = (long) piece * PIECE; i < to && i < first.get(); i++) {
            if (!Double.isFinite(element(x, i))) {
              first.accumulateAndGet(i, Math::min);
            }
          }
        });
    return first.get() == Long.MAX_VALUE ? -1 : first.get();
  }

  void argmaxRows(Tensor x, Tensor indices) {
    long cols = x.cols();
    pool.forEach(
        Math.toIntExact(x.rows()),
        row ->
            indices
                .memory()
                .setAtIndex(
                    ValueLayout.JAVA_INT,
                    row,
                    x.type() == ElementType.F32
                        ? argmaxFloats(x.memory(), row * cols, (int) cols)
                        : argmaxDoubles(x.memory(), row * cols, (int) cols)));
  }

  /** Finds the block with the largest element by vectors, then the element in its block. */
  private static int argmaxFloats(MemorySegment x, long start, int n) {
    long at = x.address() + 4 * start;
    float max = Float.NEGATIVE_INFINITY;
    int bestBlock = 0;
    for (int block = 0; block < n; block += BLOCK) {
      float candidate = RowSums.max(at + 4L * block, Math.min(BLOCK, n - block));
      if (candidate > max) {
        max = candidate;
        bestBlock = block;
      }
    }
    int best = bestBlock;
    while (best < n - 1 && x.getAtIndex(ValueLayout.JAVA_FLOAT, start + best) < max) {
      best++;
    }
    return best;
  }

  private static int argmaxDoubles(MemorySegment x, long start, int n) {
    long at = x.address() + 8 * start;
    double max = Double.NEGATIVE_INFINITY;
    int bestBlock = 0;
    for (int block = 0; block < n; block += BLOCK) {
      double candidate = DoubleLanes.max(at + 8L * block, Math.min(BLOCK, n - block));
      if (candidate > max) {
        max = candidate;
        bestBlock = block;
      }
    }
    int best = bestBlock;
    while (best < n - 1 && x.getAtIndex(ValueLayout.JAVA_DOUBLE, start + best) < max) {
      best++;
    }
    return best;
  }

  private static double element(Tensor x, long i) {
    return x.type() == ElementType.F32
        ? x.memory().getAtIndex(ValueLayout.JAVA_FLOAT, i)
        : x.memory().getAtIndex(ValueLayout.JAVA_DOUBLE, i);
  }
}
