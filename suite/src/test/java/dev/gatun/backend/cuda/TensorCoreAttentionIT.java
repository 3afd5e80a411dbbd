package dev.gatun.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.gatun.backend.AttentionShape;
import dev.gatun.backend.MathMode;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attention on tensor cores on the emulated device. */
class TensorCoreAttentionIT extends TensorCoreAttentionContract {
  @Override
  TestDevice open(Path cache) {
    return new EmulatedDevice(cache);
  }

  /**
   * A real tensor core cuts each term of a sum to one bit more than F32 keeps of the largest, and
   * the sum to F32; so must the emulated one. The last of four positions takes the mean of 1 and
   * three small values. Three of 2⁻²⁴ make 3·2⁻²⁴, which is cut to 2⁻²³ and would be rounded to
   * 2⁻²². Each of 0.75·2⁻²⁴ is cut to nothing, where their sum would count.
   */
  @ParameterizedTest
  @CsvSource({
    "TF32, 0x1p-24, 0x1.000002p0",
    "BF16, 0x1p-24, 0x1.000002p0",
    "TF32, 0x0.cp-24, 0x1p0",
    "BF16, 0x0.cp-24, 0x1p0"
  })
  void sumsAreCutAndNotRoundedToNearest(MathMode math, float small, float sum) {
    int width = 8;
    int length = 4;
    var shape = new AttentionShape(1, length, 1, 1, width);
    float[] packed = new float[length * shape.packedWidth()];
    for (int position = 0; position < length; position++) {
      int end = (position + 1) * shape.packedWidth();
      Arrays.fill(packed, end - width, end, position == 0 ? 1 : small);
    }
    float[] out = run(math, shape, packed, new float[length * width], 0).out();
    float[] mean = new float[width];
    Arrays.fill(mean, sum / length);
    assertArrayEquals(mean, Arrays.copyOfRange(out, (length - 1) * width, length * width));
  }
}
