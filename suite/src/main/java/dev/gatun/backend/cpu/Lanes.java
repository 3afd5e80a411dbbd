package dev.gatun.backend.cpu;

import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vectors of F32 lanes at absolute addresses.
 *
 * <p>All loads and stores go through one segment that spans the address space: its bounds check
 * folds away in compiled loops, where a check against each tensor's own segment would not. Kernels
 * check their operands before the first access.
 *
 * <p>A loop handles whole vectors and the rest of the row in one body, with a branch at the loads
 * and stores only. A second body for the rest would double the method.
 *
 * <p>A method that holds a loop over vectors has a name that ends in {@code Loop}. Every JVM that
 * runs Gatun is told to inline these methods nowhere, so that each is compiled alone: {@code
 * -XX:CompileCommand=dontinline} in the launcher and in the build. Beyond 18,000 nodes in one
 * compilation the compiler inlines only methods of the JDK, and one loop takes about 7,000. Three
 * loops inlined into the task that calls them for every row are too many: the last of them would
 * call {@link #load} and {@link #store}, with vectors and masks as objects on the heap, thirty
 * times slower. Whether that happened depended on which method became hot first.
 *
 * <p>A method that takes or returns a vector belongs to a class whose name ends in {@code Lanes}.
 * The methods of these classes are inlined everywhere, which those JVMs are told too. Left to
 * itself, the compiler calls such a method where rows have been too short to reach it and the
 * method has been compiled before, and the loop's vectors are then objects.
 *
 * <p>Some 40 vector operations reach that limit too. A loop with more operations than one
 * exponential therefore loads first, and stores with the JDK's own methods.
 *
 * <p>Sums over lanes are a fixed tree. {@code reduceLanes(ADD)} leaves the order open, and the
 * interpreter and the compiled code choose differently, so that a result would depend on when the
 * method got hot.
 */
final class Lanes {
  static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  static final int WIDTH = SPECIES.length();

  /** Bytes of one vector. */
  static final int BYTES = 4 * WIDTH;

  /** Every address of this process. */
  static final MemorySegment MEMORY = everything();

  static final FloatVector ZERO = FloatVector.zero(SPECIES);

  static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final VectorShuffle<Float> SWAP_8 = swap(8);
  private static final VectorShuffle<Float> SWAP_4 = swap(4);
  private static final VectorShuffle<Float> SWAP_2 = swap(2);
  private static final VectorShuffle<Float> SWAP_1 = swap(1);

  private Lanes() {}

  // Addresses come from tensors whose sizes the kernels have checked.
  @SuppressWarnings("restricted")
  private static MemorySegment everything() {
    return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
  }

  private static VectorShuffle<Float> swap(int distance) {
    return VectorShuffle.fromOp(SPECIES, lane -> (lane ^ distance) % WIDTH);
  }

  static long address(Tensor tensor) {
    return tensor.memory().address();
  }

  static FloatVector load(long address) {
    return FloatVector.fromMemorySegment(SPECIES, MEMORY, address, ORDER);
  }

  static void store(FloatVector vector, long address) {
    vector.intoMemorySegment(MEMORY, address, ORDER);
  }

  /** The first lanes of a vector; the others are zero and not read. */
  static FloatVector load(long address, VectorMask<Float> mask) {
    return FloatVector.fromMemorySegment(SPECIES, MEMORY, address, ORDER, mask);
  }

  static void store(FloatVector vector, long address, VectorMask<Float> mask) {
    vector.intoMemorySegment(MEMORY, address, ORDER, mask);
  }

  /** A whole vector, or its first lanes where the row ends. */
  static FloatVector load(long address, boolean full, VectorMask<Float> rest) {
    return full
        ? FloatVector.fromMemorySegment(SPECIES, MEMORY, address, ORDER)
        : FloatVector.fromMemorySegment(SPECIES, MEMORY, address, ORDER, rest);
  }

  static void store(FloatVector vector, long address, boolean full, VectorMask<Float> rest) {
    if (full) {
      vector.intoMemorySegment(MEMORY, address, ORDER);
    } else {
      vector.intoMemorySegment(MEMORY, address, ORDER, rest);
    }
  }

  /**
   * Zeros to start a sum from. Not {@link #ZERO}: an accumulator that starts as an object from a
   * field stays an object, and every iteration allocates a new one.
   */
  static FloatVector zero() {
    return FloatVector.zero(SPECIES);
  }

  static FloatVector broadcast(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }

  /** The largest multiple of the width that is not above n. */
  static int whole(int n) {
    return n & -WIDTH;
  }

  /** The first {@code n mod WIDTH} lanes: what is left of a row after its whole vectors. */
  static VectorMask<Float> rest(int n) {
    return SPECIES.indexInRange(0, n & (WIDTH - 1));
  }

  /**
   * The larger of each lane; NaN in x is passed over. All methods are those of x, whose class is
   * known to the compiler where it was just loaded: called on an accumulator, which comes around a
   * loop, they may be left as virtual calls that allocate their result.
   */
  static FloatVector max(FloatVector max, FloatVector x) {
    return x.blend(max, x.compare(VectorOperators.GT, max).not());
  }

  /** Sum of all lanes, as a tree of fixed shape. */
  static float sum(FloatVector vector) {
    FloatVector v = vector;
    if (WIDTH > 8) {
      v = v.add(v.rearrange(SWAP_8));
    }
    if (WIDTH > 4) {
      v = v.add(v.rearrange(SWAP_4));
    }
    if (WIDTH > 2) {
      v = v.add(v.rearrange(SWAP_2));
    }
    return v.add(v.rearrange(SWAP_1)).lane(0);
  }

  /** y ← 0 for n elements. */
  static void zero(long y, long n) {
    MEMORY.asSlice(y, 4 * n).fill((byte) 0);
  }

  /** y ← y + x for n elements. */
  static void addLoop(long y, long x, int n) {
    VectorMask<Float> rest = rest(n);
    for (int i = 0; i < n; i += WIDTH) {
      boolean full = i <= n - WIDTH;
      long at = 4L * i;
      store(load(y + at, full, rest).add(load(x + at, full, rest)), y + at, full, rest);
    }
  }
}
