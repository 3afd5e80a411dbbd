package dev.gatun.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.backend.AttentionShape;
import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.Parts;
import dev.gatun.backend.Recording;
import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attention by cuDNN, held to what is asked of Gatun's own kernels. */
abstract class CudnnAttentionContract extends RoundedAttention {
  private CudnnAttention attention;
  private CudnnHandle handle;

  /** Opens the backend on the device under test, with attention by cuDNN in bf16. */
  abstract Backend openBackend();

  @AfterEach
  void closeAttention() {
    if (attention != null) {
      attention.close();
      handle.close();
    }
  }

  @Override
  Parts.CausalAttention attention(MathMode math) {
    var own = new CausalAttention(device.launcher, device.memory, math);
    if (math != MathMode.BF16) {
      return own;
    }
    if (attention == null) {
      handle = new CudnnHandle(device.launcher);
      attention = new CudnnAttention(own, handle, device.launcher, device.memory, device.guard);
    }
    return attention;
  }

  /** cuDNN keeps logarithms of sums in the normalisers' place. */
  @Override
  List<float[]> compared(Results results) {
    return List.of(results.out(), results.gradient());
  }

  @ParameterizedTest
  @CsvSource({"1, 256, 1, 1, 64", "2, 257, 2, 1, 8", "1, 256, 2, 2, 128"})
  void errsAsItsOperandsAreRounded(int batch, int length, int heads, int shared, int headWidth) {
    assertErrsAsItsOperandsAreRounded(
        MathMode.BF16, new AttentionShape(batch, length, heads, shared, headWidth));
  }

  @Test
  void equalInputsGiveEqualBytes() {
    assertEqualInputsGiveEqualBytes(new AttentionShape(1, 256, 2, 1, 16));
  }

  /** What was planned and run once can be recorded; a recording plans nothing. */
  @Test
  void isRecordedOnceItHasRun() {
    var shape = new AttentionShape(1, 256, 2, 1, 16);
    try (Backend backend = openBackend();
        TensorScope scope = backend.newScope()) {
      assertEquals(
          "cuDNN, deterministic plans, for 256 tokens or more",
          backend.device().libraries().get("attention"));
      Tensor packed = scope.zeros(ElementType.F32, 256, shape.packedWidth());
      Tensor out = scope.zeros(ElementType.F32, 256, shape.outputWidth());
      Tensor normalisers = scope.zeros(ElementType.F32, 2 * 256, 2);
      backend.write(normal(256 * shape.packedWidth()), packed);
      Runnable forward = () -> backend.attention(shape, packed, out, normalisers);
      assertThrows(IllegalStateException.class, () -> backend.record(forward));
      forward.run();
      float[] want = backend.toFloats(out);
      try (Recording recording = backend.record(forward)) {
        backend.fill(out, 0);
        recording.run();
      }
      assertArrayEquals(want, backend.toFloats(out));
    }
  }
}
