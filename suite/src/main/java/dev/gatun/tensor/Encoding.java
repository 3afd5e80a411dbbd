package dev.gatun.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * How files store real numbers: little-endian, at any alignment. Decoding widens exactly; F64 into
 * F32 rounds to nearest.
 */
public enum Encoding {
  /** IEEE 754 binary64. */
  F64(8),
  /** IEEE 754 binary32. */
  F32(4),
  /** IEEE 754 binary16. */
  F16(2),
  /** The upper half of a binary32. */
  BF16(2);

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ORDER);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ORDER);

  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(INTS.vectorBitSize() / 2));
  private static final int WIDTH = INTS.length();

  /** Moves a binary16's exponent to where a binary32 expects it. */
  private static final float REBIAS = 0x1p112f;

  private final int byteSize;

  Encoding(int byteSize) {
    this.byteSize = byteSize;
  }

  /** Bytes of a number. */
  public int byteSize() {
    return byteSize;
  }

  /**
   * Decodes all numbers of {@code stored}.
   *
   * @param type what {@code to} holds in native order: F32 or F64
   * @throws IndexOutOfBoundsException if {@code to} has no room for them
   */
  public void decode(MemorySegment stored, ElementType type, MemorySegment to) {
    int count = Math.toIntExact(stored.byteSize() / byteSize);
    MemorySegment room = to.asSlice(0, count * type.byteSize());
    switch (type) {
      case F32 -> toFloats(stored, room, count);
      case F64 -> toDoubles(stored, room, count);
      case I32 -> throw new IllegalArgumentException("real numbers do not fit I32");
    }
  }

  private void toFloats(MemorySegment stored, MemorySegment to, int count) {
    switch (this) {
      case F64 -> {
        for (int i = 0; i < count; i++) {
          to.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, (float) stored.getAtIndex(DOUBLE, i));
        }
      }
      case F32 ->
          MemorySegment.copy(stored, FLOAT, 0, to, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, count);
      case F16 -> halves(stored, to, count);
      case BF16 -> upperHalves(stored, to, count);
    }
  }

  private void toDoubles(MemorySegment stored, MemorySegment to, int count) {
    if (this == F64) {
      MemorySegment.copy(stored, DOUBLE, 0, to, ValueLayout.JAVA_DOUBLE_UNALIGNED, 0, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      to.setAtIndex(ValueLayout.JAVA_DOUBLE_UNALIGNED, i, one(stored, i));
    }
  }

  private float one(MemorySegment stored, int i) {
    return switch (this) {
      case F64 -> (float) stored.getAtIndex(DOUBLE, i);
      case F32 -> stored.getAtIndex(FLOAT, i);
      case F16 -> Float.float16ToFloat(stored.getAtIndex(SHORT, i));
      case BF16 -> Float.intBitsToFloat(stored.getAtIndex(SHORT, i) << 16);
    };
  }

  /**
   * Index of the first number that is NaN or infinite; -1 if all are finite. Eight bytes are looked
   * at together: adding the lowest bit of an exponent that is all ones carries into the sign's bit.
   */
  public long firstNotFinite(MemorySegment stored) {
    long exponents = inEveryNumber(exponentBits());
    long lowest = inEveryNumber(Long.lowestOneBit(exponentBits()));
    long signs = inEveryNumber(1L << 8 * byteSize - 1);
    long whole = stored.byteSize() - stored.byteSize() % Long.BYTES;
    for (long at = 0; at < whole; at += Long.BYTES) {
      if (((stored.get(LONG, at) & exponents) + lowest & signs) != 0) {
        return firstNotFinite(stored, at / byteSize);
      }
    }
    return firstNotFinite(stored, whole / byteSize);
  }

  private long firstNotFinite(MemorySegment stored, long from) {
    for (long i = from; i < stored.byteSize() / byteSize; i++) {
      if (!isFinite(stored, i)) {
        return i;
      }
    }
    return -1;
  }

  private boolean isFinite(MemorySegment stored, long i) {
    long bits =
        switch (this) {
          case F64 -> Double.doubleToRawLongBits(stored.getAtIndex(DOUBLE, i));
          case F32 -> Float.floatToRawIntBits(stored.getAtIndex(FLOAT, i));
          case F16, BF16 -> stored.getAtIndex(SHORT, i);
        };
    return (bits & exponentBits()) != exponentBits();
  }

  private long exponentBits() {
    return switch (this) {
      case F64 -> 0x7FF0_0000_0000_0000L;
      case F32 -> 0x7F80_0000L;
      case F16 -> 0x7C00L;
      case BF16 -> 0x7F80L;
    };
  }

  /** Bits of one number, repeated in eight bytes. */
  private long inEveryNumber(long bits) {
    return switch (byteSize) {
      case Short.BYTES -> bits * 0x0001_0001_0001_0001L;
      case Integer.BYTES -> bits * 0x0000_0001_0000_0001L;
      default -> bits;
    };
  }

  /** The encoded form of numbers, rounded to nearest, ties to even. */
  public byte[] encode(float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * byteSize).order(ORDER);
    for (float value : values) {
      switch (this) {
        case F64 -> bytes.putDouble(value);
        case F32 -> bytes.putFloat(value);
        case F16 -> bytes.putShort(Float.floatToFloat16(value));
        case BF16 -> bytes.putShort(upperHalf(value));
      }
    }
    return bytes.array();
  }

  private static short upperHalf(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) (bits >>> 16 | 0x40);
    }
    return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
  }

  private static void upperHalves(MemorySegment stored, MemorySegment to, int count) {
    int whole = count - count % WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      ShortLanes.bits(stored, i)
          .lanewise(VectorOperators.LSHL, 16)
          .intoMemorySegment(to, 4L * i, ByteOrder.nativeOrder());
    }
    for (int i = whole; i < count; i++) {
      to.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, BF16.one(stored, i));
    }
  }

  /**
   * The magnitude's bits, shifted into a binary32, are the number over {@link #REBIAS}, subnormal
   * or not; infinities and NaN get their exponent by hand.
   */
  private static void halves(MemorySegment stored, MemorySegment to, int count) {
    int whole = count - count % WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      IntVector bits = ShortLanes.bits(stored, i);
      IntVector magnitude = bits.and(0x7FFF);
      IntVector shifted = magnitude.lanewise(VectorOperators.LSHL, 13);
      FloatVector scaled = shifted.reinterpretAsFloats().mul(REBIAS);
      VectorMask<Integer> notFinite = magnitude.compare(VectorOperators.GE, 0x7C00);
      scaled
          .reinterpretAsInts()
          .blend(shifted.or(0x7F800000), notFinite)
          .or(bits.and(0x8000).lanewise(VectorOperators.LSHL, 16))
          .intoMemorySegment(to, 4L * i, ByteOrder.nativeOrder());
    }
    for (int i = whole; i < count; i++) {
      to.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, F16.one(stored, i));
    }
  }

  /** Vectors of numbers of two bytes. */
  private static final class ShortLanes {
    private ShortLanes() {}

    static IntVector bits(MemorySegment stored, int i) {
      return (IntVector)
          ShortVector.fromMemorySegment(SHORTS, stored, 2L * i, ORDER)
              .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
    }
  }
}
