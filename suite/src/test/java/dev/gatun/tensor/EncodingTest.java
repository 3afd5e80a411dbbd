package dev.gatun.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EncodingTest {
  @ParameterizedTest
  @EnumSource(Encoding.class)
  void numbersOfFewDigitsSurvive(Encoding encoding) {
    float[] values = {0, -0f, 1, -1.5f, 0x1p-14f, 240, Float.POSITIVE_INFINITY};
    assertArrayEquals(values, decoded(encoding, values));
    assertTrue(Float.isNaN(decoded(encoding, new float[] {Float.NaN})[0]));
  }

  @Test
  void upperHalvesAreRoundedToNearestTiesToEven() {
    assertEquals(1, rounded(1 + 0x1p-8f));
    assertEquals(1 + 0x1p-7f, rounded(1 + 0x1p-8f + 0x1p-20f));
    assertEquals(1 + 0x1p-6f, rounded(1 + 0x1p-7f + 0x1p-8f));
    assertEquals(Float.POSITIVE_INFINITY, rounded(Float.MAX_VALUE));
  }

  @ParameterizedTest
  @EnumSource(Encoding.class)
  void firstNumberThatIsNotFiniteIsFound(Encoding encoding) {
    float[] finite = {0, -0f, 1, -65_504, 65_504, 0x1p-24f, -0x1p-14f, 240, 3, 3, 3};
    assertEquals(-1, firstNotFinite(encoding, finite));
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      for (int at = 0; at < finite.length; at++) {
        float[] values = finite.clone();
        values[at] = bad;
        values[finite.length - 1] = bad;
        assertEquals(at, firstNotFinite(encoding, values), bad + " at " + at);
      }
    }
  }

  @Test
  void largestNumbersAreFinite() {
    assertEquals(-1, firstNotFinite(Encoding.F32, new float[] {Float.MAX_VALUE, 1, 1, 1}));
    MemorySegment doubles = MemorySegment.ofArray(new double[] {Double.MAX_VALUE, 1});
    assertEquals(-1, Encoding.F64.firstNotFinite(doubles));
  }

  private static long firstNotFinite(Encoding encoding, float[] values) {
    return encoding.firstNotFinite(MemorySegment.ofArray(encoding.encode(values)));
  }

  private static float rounded(float value) {
    return decoded(Encoding.BF16, new float[] {value})[0];
  }

  private static float[] decoded(Encoding encoding, float[] values) {
    float[] decoded = new float[values.length];
    encoding.decode(
        MemorySegment.ofArray(encoding.encode(values)),
        ElementType.F32,
        MemorySegment.ofArray(decoded));
    return decoded;
  }
}
