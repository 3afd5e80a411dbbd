package dev.gatun.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.cuda.CudaBackend;
import dev.gatun.backend.cuda.FakeCuda;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;

/** Training on a fake CUDA. */
class CudaTrainingIT extends CudaTrainingContract {
  private static final Path LIBRARIES = FakeCuda.build();

  @Override
  Backend open(MathMode math) {
    return CudaBackend.open(math, Optional.of(LIBRARIES));
  }

  @AfterAll
  static void everythingWasGivenBack() {
    assertEquals(0, FakeCuda.liveObjects(LIBRARIES));
  }
}
