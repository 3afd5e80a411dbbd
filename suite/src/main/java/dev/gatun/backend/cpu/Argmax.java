package dev.gatun.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.gatun.backend.Parts;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** The largest element of each row. */
final class Argmax implements Parts.Argmax {
  private static final int CHUNK = 1 << 15;

  private final WorkerPool pool;

  Argmax(WorkerPool pool) {
    this.pool = pool;
  }

  /** x [R, C], indices [R]: the first of the largest of each row; NaN is passed over. */
  @Override
  public void argmaxRows(Tensor x, Tensor indices) {
    int cols = Math.toIntExact(x.cols());
    MemorySegment out = indices.memory();
    RowChunks.of(x.rows(), cols, CHUNK)
        .forEach(
            pool,
            row ->
                out.setAtIndex(
                    JAVA_INT,
                    row,
                    x.type() == ElementType.F32
                        ? argmaxFloatsLoop(Lanes.address(x) + 4 * row * cols, cols)
                        : argmaxDoubles(x.memory(), row * cols, cols)));
  }

  private static int argmaxFloatsLoop(long x, int n) {
    int whole = Lanes.whole(n);
    FloatVector largest = Lanes.broadcast(Float.NEGATIVE_INFINITY);
    for (int i = 0; i < whole; i += Lanes.WIDTH) {
      largest = Lanes.max(largest, Lanes.load(x + 4L * i));
    }
    float max = largest.reduceLanes(VectorOperators.MAX);
    for (int i = whole; i < n; i++) {
      float value = Lanes.MEMORY.get(JAVA_FLOAT, x + 4L * i);
      max = value > max ? value : max;
    }
    for (int i = 0; i < n; i++) {
      if (Lanes.MEMORY.get(JAVA_FLOAT, x + 4L * i) == max) {
        return i;
      }
    }
    return 0;
  }

  private static int argmaxDoubles(MemorySegment x, long from, int n) {
    int best = -1;
    double max = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      double value = x.getAtIndex(JAVA_DOUBLE, from + i);
      if (value > max || (best < 0 && value == max)) {
        max = value;
        best = i;
      }
    }
    return Math.max(best, 0);
  }
}
