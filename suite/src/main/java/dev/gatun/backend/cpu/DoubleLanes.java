package dev.gatun.backend.cpu;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Vectors of F64 lanes at absolute addresses, loaded from F64 or widened from F32. */
final class DoubleLanes {
  static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;

  /** Number of lanes. */
  static final int WIDTH = SPECIES.length();

  static final DoubleVector ZERO = DoubleVector.zero(SPECIES);

  private static final VectorSpecies<Float> NARROW =
      VectorSpecies.of(float.class, VectorShape.forBitSize(32 * WIDTH));
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private DoubleLanes() {}

  static DoubleVector load(long address) {
    return DoubleVector.fromMemorySegment(SPECIES, Lanes.MEMORY, address, ORDER);
  }

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
  static DoubleVector widen(long address) {
    FloatVector narrow = FloatVector.fromMemorySegment(NARROW, Lanes.MEMORY, address, ORDER);
    return (DoubleVector) narrow.convertShape(VectorOperators.F2D, SPECIES, 0);
  }

  /** The first lanes, the others zero. */
  static VectorMask<Double> rest(long n) {
    return SPECIES.indexInRange(0, n & (WIDTH - 1));
  }

  /** Sum of all lanes in their order: the same from the interpreter and from compiled code. */
  static double sum(DoubleVector vector) {
    double sum = 0;
    for (int lane = 0; lane < WIDTH; lane++) {
      sum += vector.lane(lane);
    }
    return sum;
  }

  /** The largest of n elements; NaN is passed over. */
  static double max(long x, int n) {
    DoubleVector max = DoubleVector.broadcast(SPECIES, Double.NEGATIVE_INFINITY);
    int i = 0;
    for (; i <= n - WIDTH; i += WIDTH) {
      DoubleVector lanes = load(x + 8L * i);
      max = max.blend(lanes, lanes.compare(VectorOperators.GT, max));
    }
    double largest = max.reduceLanes(VectorOperators.MAX);
    for (; i < n; i++) {
      double element = Lanes.MEMORY.get(ValueLayout.JAVA_DOUBLE, x + 8L * i);
      largest = element > largest ? element : largest;
    }
    return largest;
  }
}
