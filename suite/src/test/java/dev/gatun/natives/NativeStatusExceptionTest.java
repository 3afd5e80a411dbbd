package dev.gatun.natives;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class NativeStatusExceptionTest {
  @Test
  void theMessageHasCallStatusNameTextAndShapes() {
    var e =
        NativeStatusException.of(
            "cuMemAlloc_v2", 2, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory", "1,024 bytes", "F32");
    assertEquals(
        "cuMemAlloc_v2 returned 2 (CUDA_ERROR_OUT_OF_MEMORY): out of memory [1,024 bytes, F32]",
        e.getMessage());
    assertEquals("cuMemAlloc_v2", e.call());
    assertEquals(2, e.status());
    assertEquals("CUDA_ERROR_OUT_OF_MEMORY", e.statusName());
  }

  @Test
  void aNameThatSaysItAllNeedsNoText() {
    var e = NativeStatusException.of("nvrtcVersion", 3, "NVRTC_ERROR_INVALID_INPUT", "");
    assertEquals("nvrtcVersion returned 3 (NVRTC_ERROR_INVALID_INPUT)", e.getMessage());
  }
}
