package dev.gatun.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.backend.Backend;
import dev.gatun.backend.BackendContractTest;
import dev.gatun.backend.MathMode;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * The contract on the CUDA backend, whole, on a fake CUDA: kernels run as compiled for the host.
 * Each tensor is an allocation of its own, so that no access beyond its end goes unseen.
 */
class CudaBackendIT extends BackendContractTest {
  private static final Path LIBRARIES = FakeCuda.build();

  @BeforeAll
  static void allocateExactly() {
    System.setProperty("gatun.cuda.exact", "true");
  }

  @Override
  protected Backend open() {
    return CudaBackend.open(MathMode.F32, Optional.of(LIBRARIES));
  }

  @AfterAll
  static void everythingWasGivenBack() {
    System.clearProperty("gatun.cuda.exact");
    assertEquals(0, FakeCuda.liveObjects(LIBRARIES));
  }
}
