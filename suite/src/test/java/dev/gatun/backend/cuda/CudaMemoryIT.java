package dev.gatun.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.MathMode;
import dev.gatun.backend.OutOfDeviceMemoryException;
import dev.gatun.tensor.ElementType;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A device that is too small, on a fake CUDA. */
class CudaMemoryIT {
  private static final Path LIBRARIES = FakeCuda.build();
  private static final long MIB = 1L << 20;

  @Test
  void aBackendThatCannotOpenLeavesNothingBehind() {
    FakeCuda.setTotalMemory(LIBRARIES, 8 * MIB);
    try {
      assertThrows(
          OutOfDeviceMemoryException.class,
          () -> CudaBackend.open(MathMode.F32, Optional.of(LIBRARIES)));
      assertEquals(0, FakeCuda.liveObjects(LIBRARIES));
    } finally {
      FakeCuda.setTotalMemory(LIBRARIES, 4096 * MIB);
    }
  }

  @Test
  void outOfMemorySaysAskedFreeTotalAndWhatToReduce() {
    FakeCuda.setTotalMemory(LIBRARIES, 256 * MIB);
    try (var backend = CudaBackend.open(MathMode.F32, Optional.of(LIBRARIES));
        var scope = backend.newScope()) {
      scope.zeros(ElementType.F32, 10 * MIB);
      var e =
          assertThrows(
              OutOfDeviceMemoryException.class, () -> scope.zeros(ElementType.F64, 40 * MIB));
      var words =
          Pattern.compile(
                  "no device memory for 320\\.0 MiB: (\\S+) MiB of 256\\.0 MiB are free, (\\S+) MiB"
                      + " are held already; use a smaller batch or chunk")
              .matcher(e.getMessage());
      assertTrue(words.matches(), e.getMessage());
      double held = Double.parseDouble(words.group(2));
      assertTrue(held >= 40, e.getMessage());
      assertEquals(256, Double.parseDouble(words.group(1)) + held);
      // The backend goes on with what it has.
      var small = scope.zeros(ElementType.F32, 3);
      backend.fill(small, 2);
      assertArrayEquals(new float[] {2, 2, 2}, backend.toFloats(small));
    } finally {
      FakeCuda.setTotalMemory(LIBRARIES, 4096 * MIB);
    }
  }
}
