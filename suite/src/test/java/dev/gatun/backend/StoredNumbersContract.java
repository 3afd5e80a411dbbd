package dev.gatun.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Encoding;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Numbers as files store them: every 16-bit pattern, at any alignment, of any count. */
abstract class StoredNumbersContract extends LinearAlgebraContract {
  private static final int PATTERNS = 1 << 16;

  @ParameterizedTest
  @EnumSource(Encoding.class)
  void storedNumbersAreDecodedExactly(Encoding encoding) {
    byte[] bytes = patterns(encoding);
    for (ElementType type : new ElementType[] {ElementType.F32, ElementType.F64}) {
      double[] expected = decode(encoding, bytes, type);
      // Beyond the patterns: the first ones again, so that the count is odd.
      assertDecoded(encoding, bytes, type, expected, 0);
      assertDecoded(encoding, bytes, type, expected, 3);
    }
  }

  @ParameterizedTest
  @EnumSource(Encoding.class)
  void fewStoredNumbersAreDecodedAndNoOthersTouched(Encoding encoding) {
    byte[] bytes = patterns(encoding);
    try (Arena arena = Arena.ofConfined();
        TensorScope scope = backend.newScope()) {
      for (int count : new int[] {0, 1, 2, 7, 15, 16, 17, 31, 33, 100}) {
        MemorySegment stored = arena.allocate((long) count * encoding.byteSize());
        MemorySegment.copy(bytes, 0, stored, ValueLayout.JAVA_BYTE, 0, (int) stored.byteSize());
        Tensor all = scope.zeros(backend.real(), 102);
        backend.fill(all, 5);
        backend.write(encoding, stored, all.slice(1, count));
        double[] expected = new double[102];
        Arrays.fill(expected, 5);
        System.arraycopy(decode(encoding, bytes, backend.real()), 0, expected, 1, count);
        assertArrayEquals(expected, backend.toDoubles(all), encoding + " × " + count);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Encoding.class)
  void storedNumbersThatDoNotFillTheTensorAreRefused(Encoding encoding) {
    try (Arena arena = Arena.ofConfined();
        TensorScope scope = backend.newScope()) {
      Tensor to = scope.zeros(backend.real(), 4);
      MemorySegment stored = arena.allocate(3L * encoding.byteSize());
      assertThrows(IllegalArgumentException.class, () -> backend.write(encoding, stored, to));
    }
  }

  private void assertDecoded(
      Encoding encoding, byte[] bytes, ElementType type, double[] expected, int offset) {
    try (Arena arena = Arena.ofShared();
        TensorScope scope = backend.newScope()) {
      MemorySegment memory = arena.allocate(bytes.length + offset, 8);
      MemorySegment stored = memory.asSlice(offset);
      MemorySegment.copy(bytes, 0, stored, ValueLayout.JAVA_BYTE, 0, bytes.length);
      Tensor to = scope.zeros(type, expected.length);
      backend.write(encoding, stored, to);
      assertArrayEquals(
          expected, backend.toDoubles(to), "%s at offset %s".formatted(encoding, offset));
    }
  }

  /** All patterns of the leading 16 bits, of which some follow once more. */
  private static byte[] patterns(Encoding encoding) {
    int count = PATTERNS + 5;
    ByteBuffer bytes =
        ByteBuffer.allocate(count * encoding.byteSize()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      for (int low = 2; low < encoding.byteSize(); low++) {
        bytes.put((byte) (i * 31 + low));
      }
      bytes.putShort((short) i);
    }
    return bytes.array();
  }

  private static double[] decode(Encoding encoding, byte[] bytes, ElementType type) {
    ByteBuffer stored = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    double[] values = new double[bytes.length / encoding.byteSize()];
    for (int i = 0; i < values.length; i++) {
      double value =
          switch (encoding) {
            case F64 -> stored.getDouble();
            case F32 -> stored.getFloat();
            case F16 -> Float.float16ToFloat(stored.getShort());
            case BF16 -> Float.intBitsToFloat(stored.getShort() << 16);
          };
      values[i] = type == ElementType.F32 ? (float) value : value;
    }
    return values;
  }
}
