package dev.gatun.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.gatun.backend.OperandChecks;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Encoding;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/** Copies between Java arrays and host tensors, converting between F32 and F64. */
final class HostTransfers {
  /** Numbers that one task decodes. */
  private static final int CHUNK = 1 << 16;

  private final OperandChecks checks = new OperandChecks(ElementType.F32, true);
  private final WorkerPool pool;

  HostTransfers(WorkerPool pool) {
    this.pool = pool;
  }

  void write(double[] values, Tensor to) {
    checks.floating("write", "to", to);
    requireSize(values.length, to);
    if (to.type() == ElementType.F64) {
      MemorySegment.copy(values, 0, to.memory(), JAVA_DOUBLE, 0, values.length);
      return;
    }
    for (int i = 0; i < values.length; i++) {
      to.memory().setAtIndex(JAVA_FLOAT, i, (float) values[i]);
    }
  }

  void write(float[] values, Tensor to) {
    checks.floating("write", "to", to);
    requireSize(values.length, to);
    if (to.type() == ElementType.F32) {
      MemorySegment.copy(values, 0, to.memory(), JAVA_FLOAT, 0, values.length);
      return;
    }
    for (int i = 0; i < values.length; i++) {
      to.memory().setAtIndex(JAVA_DOUBLE, i, values[i]);
    }
  }

  void write(int[] values, Tensor to) {
    requireIds("write", to);
    requireSize(values.length, to);
    MemorySegment.copy(values, 0, to.memory(), JAVA_INT, 0, values.length);
  }

  void write(Encoding encoding, MemorySegment stored, Tensor to) {
    checks.stored(encoding, stored, to);
    long size = to.size();
    pool.forEach(
        WorkerPool.chunks(size, CHUNK),
        chunk -> {
          long from = (long) chunk * CHUNK;
          long count = Math.min(CHUNK, size - from);
          encoding.decode(
              stored.asSlice(from * encoding.byteSize(), count * encoding.byteSize()),
              to.type(),
              to.slice(from, count).memory());
        });
  }

  double[] toDoubles(Tensor from) {
    checks.floating("toDoubles", "from", from);
    if (from.type() == ElementType.F64) {
      return from.memory().toArray(JAVA_DOUBLE);
    }
    double[] values = new double[Math.toIntExact(from.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = from.memory().getAtIndex(JAVA_FLOAT, i);
    }
    return values;
  }

  float[] toFloats(Tensor from) {
    checks.floating("toFloats", "from", from);
    if (from.type() == ElementType.F32) {
      return from.memory().toArray(JAVA_FLOAT);
    }
    float[] values = new float[Math.toIntExact(from.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) from.memory().getAtIndex(JAVA_DOUBLE, i);
    }
    return values;
  }

  int[] toInts(Tensor from) {
    requireIds("toInts", from);
    return from.memory().toArray(JAVA_INT);
  }

  private static void requireIds(String operation, Tensor tensor) {
    if (tensor.type() != ElementType.I32) {
      throw new IllegalArgumentException(operation + ": " + tensor + " is not I32");
    }
  }

  private static void requireSize(int length, Tensor to) {
    if (length != to.size()) {
      throw new IllegalArgumentException("write: %s values do not fit %s".formatted(length, to));
    }
  }
}
