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
