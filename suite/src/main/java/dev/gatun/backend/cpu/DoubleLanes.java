package dev.gatun.backend.cpu;

import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** Vectors of F64 lanes at absolute addresses, as {@link Lanes} for F32. */
final class DoubleLanes {
  static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;

  static final int WIDTH = SPECIES.length();

  static final DoubleVector ZERO = DoubleVector.zero(SPECIES);

  /** As many F32 lanes as F64 lanes. */
  private static final VectorSpecies<Float> NARROW =
      VectorSpecies.of(float.class, VectorShape.forBitSize(SPECIES.vectorBitSize() / 2));

  /** 0, 1, 2 and so on. */
  private static final DoubleVector NUMBERS = (DoubleVector) SPECIES.broadcast(0).addIndex(1);

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final VectorShuffle<Double> SWAP_4 = swap(4);
  private static final VectorShuffle<Double> SWAP_2 = swap(2);
  private static final VectorShuffle<Double> SWAP_1 = swap(1);

  private DoubleLanes() {}

  private static VectorShuffle<Double> swap(int distance) {
    return VectorShuffle.fromOp(SPECIES, lane -> (lane ^ distance) % WIDTH);
  }

  static DoubleVector load(long address) {
    return DoubleVector.fromMemorySegment(SPECIES, Lanes.MEMORY, address, ORDER);
  }

  /** The first lanes; the others are zero and not read. */
  static DoubleVector load(long address, VectorMask<Double> mask) {
    return DoubleVector.fromMemorySegment(SPECIES, Lanes.MEMORY, address, ORDER, mask);
  }

  static void store(DoubleVector vector, long address) {
    vector.intoMemorySegment(Lanes.MEMORY, address, ORDER);
  }

  static void store(DoubleVector vector, long address, VectorMask<Double> mask) {
    vector.intoMemorySegment(Lanes.MEMORY, address, ORDER, mask);
  }

  /** F32 elements, widened. */
  static DoubleVector loadFloats(long address) {
    return (DoubleVector)
        FloatVector.fromMemorySegment(NARROW, Lanes.MEMORY, address, ORDER)
            .convertShape(VectorOperators.F2D, SPECIES, 0);
  }

  /** Stored as F32, rounded to nearest. */
  static void storeFloats(DoubleVector vector, long address) {
    ((FloatVector) vector.convertShape(VectorOperators.D2F, NARROW, 0))
        .intoMemorySegment(Lanes.MEMORY, address, ORDER);
  }

  /** Zeros to start a sum from; not {@link #ZERO}, for the reason that {@link Lanes#zero} gives. */
  static DoubleVector zero() {
    return DoubleVector.zero(SPECIES);
  }

  static DoubleVector broadcast(double value) {
    return DoubleVector.broadcast(SPECIES, value);
  }

  /** The largest multiple of the width that is not above n. */
  static int whole(int n) {
    return n & -WIDTH;
  }

  /** The first {@code n mod WIDTH} lanes. */
  static VectorMask<Double> rest(int n) {
    return SPECIES.indexInRange(0, n & (WIDTH - 1));
  }

  /** The lanes before a number of them. */
  static VectorMask<Double> before(int lanes) {
    return NUMBERS.compare(VectorOperators.LT, lanes);
  }

  /** Sum of all lanes, as a tree of fixed shape. */
  static double sum(DoubleVector vector) {
    DoubleVector v = vector;
    if (WIDTH > 4) {
      v = v.add(v.rearrange(SWAP_4));
    }
    if (WIDTH > 2) {
      v = v.add(v.rearrange(SWAP_2));
    }
    return v.add(v.rearrange(SWAP_1)).lane(0);
  }
}
