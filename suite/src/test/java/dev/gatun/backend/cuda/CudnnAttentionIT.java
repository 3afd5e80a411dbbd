package dev.gatun.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.AttentionShape;
import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.natives.cuda.CudaLibraries;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * cuDNN's graphs of attention on the emulated device, where an interpreter runs them on the host.
 * Whether the real library takes these graphs, {@link CudnnPlansIT} asks.
 */
class CudnnAttentionIT extends CudnnAttentionContract {
  @Override
  TestDevice open(Path cache) {
    CudaLibraries.load(Optional.of(EmulatedDevice.LIBRARIES));
    return new EmulatedDevice(cache);
  }

  @Override
  Backend openBackend() {
    return open(MathMode.BF16);
  }

  private static Backend open(MathMode math) {
    return CudaBackend.open(
        math, AttentionKernels.CUDNN, Optional.of(EmulatedDevice.LIBRARIES), _ -> {});
  }

  @Test
  void isAskedForLongSequencesAndPlainScoresAlone() {
    assertTrue(CudnnAttention.serves(new AttentionShape(1, 256, 2, 1, 64)));
    assertFalse(CudnnAttention.serves(new AttentionShape(1, 255, 2, 1, 64)));
    assertFalse(CudnnAttention.serves(new AttentionShape(1, 256, 2, 1, 136)));
    assertFalse(CudnnAttention.serves(new AttentionShape(1, 256, 2, 1, 60)));
    assertFalse(CudnnAttention.serves(new AttentionShape(1, 256, 2, 1, 64, 64, 50, 256)));
    assertFalse(
        CudnnAttention.serves(
            new AttentionShape(1, 256, 2, 1, 64, 64, Double.POSITIVE_INFINITY, 255)));
  }

  @Test
  void isRefusedInOneLineWhereItIsNotToBeHad() {
    assertEquals(Optional.empty(), CudnnHandle.refusal(Optional.of("9.15.1"), "CUDA 13"));
    assertEquals(Optional.empty(), CudnnHandle.refusal(Optional.of("9.24.0"), "CUDA 13"));
    assertEquals(
        "9.14.0 beside CUDA 13 is too old; install 9.15.1 or newer there (nvidia-cudnn-cu13), or "
            + "leave out --attention cudnn",
        CudnnHandle.refusal(Optional.of("9.14.0"), "CUDA 13").orElseThrow());
    assertEquals(
        "there is none beside CUDA 13; install 9.15.1 or newer there (nvidia-cudnn-cu13), or leave "
            + "out --attention cudnn",
        CudnnHandle.refusal(Optional.empty(), "CUDA 13").orElseThrow());
    var refused = assertThrows(IllegalArgumentException.class, () -> open(MathMode.TF32));
    assertEquals(
        "--attention cudnn computes in bf16, not in tf32; add --math bf16, or leave it out",
        refused.getMessage());
  }
}
