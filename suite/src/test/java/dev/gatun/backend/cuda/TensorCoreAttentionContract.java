package dev.gatun.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.gatun.backend.AttentionShape;
import dev.gatun.backend.MathMode;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Attention on tensor cores in the math modes tf32 and bf16. */
abstract class TensorCoreAttentionContract extends RoundedAttention {
  @ParameterizedTest
  @CsvSource({
    "TF32, 1, 1, 1, 1, 1",
    "TF32, 2, 65, 2, 1, 8",
    "TF32, 1, 129, 2, 2, 64",
    "TF32, 1, 63, 2, 1, 80",
    "TF32, 1, 64, 1, 1, 128",
    "BF16, 1, 1, 1, 1, 1",
    "BF16, 1, 63, 3, 3, 5",
    "BF16, 2, 65, 4, 2, 33",
    "BF16, 1, 129, 2, 1, 64",
    "BF16, 1, 64, 2, 2, 80",
    "BF16, 1, 65, 1, 1, 128"
  })
  void errsAsItsOperandsAreRounded(
      MathMode math, int batch, int length, int heads, int shared, int headWidth) {
    assertErrsAsItsOperandsAreRounded(
        math, new AttentionShape(batch, length, heads, shared, headWidth));
  }

  @Test
  void equalInputsGiveEqualBytes() {
    assertEqualInputsGiveEqualBytes(new AttentionShape(1, 65, 4, 2, 33));
  }

  /** Numbers of seven stored bits are bfloat16 already. */
  @ParameterizedTest
  @ValueSource(ints = {1, 63, 1024, 4100})
  void roundedToBfloat16AndWidenedIsTheSameNumber(int size) {
    float[] values = normal(size);
    for (int i = 0; i < size; i++) {
      values[i] = Float.intBitsToFloat(Float.floatToRawIntBits(values[i]) & 0xffff0000);
    }
    Tensor rounded = device.scope.zeros(ElementType.I32, size);
    Tensor widened = device.scope.zeros(ElementType.F32, size);
    Bfloat16.round(device.launcher, device.floats(values), rounded);
    Bfloat16.widen(device.launcher, rounded, widened);
    assertArrayEquals(values, device.transfers.toFloats(widened));
  }
}
