package dev.gatun.backend.cpu;

import dev.gatun.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Adds up partial sums element by element, in the order of the pieces. */
final class SumReduction {
  private static final VectorSpecies<Float> F32 = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Double> F64 = DoubleVector.SPECIES_PREFERRED;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final long CHUNK_BYTES = 64 << 10;

  private SumReduction() {}

  /** sum ← sum + piece₀ + piece₁ + …, for pieces of sum's size that lie one after the other. */
  static void addPieces(
      WorkerPool pool, ElementType type, MemorySegment pieces, int count, MemorySegment sum) {
    long bytes = sum.byteSize();
    pool.forEach(
        WorkerPool.chunks(bytes, CHUNK_BYTES),
        chunk -> {
          long from = chunk * CHUNK_BYTES;
          int length = (int) Math.min(CHUNK_BYTES, bytes - from);
          for (int piece = 0; piece < count; piece++) {
            MemorySegment addend = pieces.asSlice(piece * bytes + from, length);
            if (type == ElementType.F32) {
              addFloatsLoop(addend, sum.asSlice(from, length));
            } else {
              addDoublesLoop(addend, sum.asSlice(from, length));
            }
          }
        });
  }

  private static void addFloatsLoop(MemorySegment addend, MemorySegment sum) {
    int bytes = (int) sum.byteSize();
    int step = F32.vectorByteSize();
    int at = 0;
    for (; at <= bytes - step; at += step) {
      FloatVector.fromMemorySegment(F32, sum, at, ORDER)
          .add(FloatVector.fromMemorySegment(F32, addend, at, ORDER))
          .intoMemorySegment(sum, at, ORDER);
    }
    if (at < bytes) {
      var mask = F32.indexInRange(0, (bytes - at) / Float.BYTES);
      FloatVector.fromMemorySegment(F32, sum, at, ORDER, mask)
          .add(FloatVector.fromMemorySegment(F32, addend, at, ORDER, mask))
          .intoMemorySegment(sum, at, ORDER, mask);
    }
  }

  private static void addDoublesLoop(MemorySegment addend, MemorySegment sum) {
    int bytes = (int) sum.byteSize();
    int step = F64.vectorByteSize();
    int at = 0;
    for (; at <= bytes - step; at += step) {
      DoubleVector.fromMemorySegment(F64, sum, at, ORDER)
          .add(DoubleVector.fromMemorySegment(F64, addend, at, ORDER))
          .intoMemorySegment(sum, at, ORDER);
    }
    if (at < bytes) {
      var mask = F64.indexInRange(0, (bytes - at) / Double.BYTES);
      DoubleVector.fromMemorySegment(F64, sum, at, ORDER, mask)
          .add(DoubleVector.fromMemorySegment(F64, addend, at, ORDER, mask))
          .intoMemorySegment(sum, at, ORDER, mask);
    }
  }
}
