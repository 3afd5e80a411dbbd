package dev.gatun.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.gatun.backend.Parts;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Encoding;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/** Copies between Java arrays and host tensors, converting between F32 and F64. */
final class HostTransfers implements Parts.Transfers {
  /** Numbers that one task decodes. */
  private static final int CHUNK = 1 << 16;

  private final WorkerPool pool;

  HostTransfers(WorkerPool pool) {
    this.pool = pool;
  }

  @Override
  public void write(double[] values, Tensor to) {
    if (to.type() == ElementType.F64) {
      MemorySegment.copy(values, 0, to.memory(), JAVA_DOUBLE, 0, values.length);
      return;
    }
    for (int i = 0; i < values.length; i++) {
      to.memory().setAtIndex(JAVA_FLOAT, i, (float) values[i]);
    }
  }

  @Override
  public void write(float[] values, Tensor to) {
    if (to.type() == ElementType.F32) {
      MemorySegment.copy(values, 0, to.memory(), JAVA_FLOAT, 0, values.length);
      return;
    }
    for (int i = 0; i < values.length; i++) {
      to.memory().setAtIndex(JAVA_DOUBLE, i, values[i]);
    }
  }

  @Override
  public void write(int[] values, Tensor to) {
    MemorySegment.copy(values, 0, to.memory(), JAVA_INT, 0, values.length);
  }

  @Override
  public void write(Encoding encoding, MemorySegment stored, Tensor to) {
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

  @Override
  public double[] toDoubles(Tensor from) {
    if (from.type() == ElementType.F64) {
      return from.memory().toArray(JAVA_DOUBLE);
    }
    double[] values = new double[Math.toIntExact(from.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = from.memory().getAtIndex(JAVA_FLOAT, i);
    }
    return values;
  }

  @Override
  public float[] toFloats(Tensor from) {
    if (from.type() == ElementType.F32) {
      return from.memory().toArray(JAVA_FLOAT);
    }
    float[] values = new float[Math.toIntExact(from.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) from.memory().getAtIndex(JAVA_DOUBLE, i);
    }
    return values;
  }

  @Override
  public int[] toInts(Tensor from) {
    return from.memory().toArray(JAVA_INT);
  }
}
