package dev.gatun.backend.cuda;

import dev.gatun.backend.Backend;
import dev.gatun.backend.BackendContractTest;
import dev.gatun.backend.MathMode;
import java.nio.file.Path;
import java.util.Optional;

/** The contract on the whole CUDA backend, over the fake CUDA. */
class CudaBackendIT extends BackendContractTest {
  private static final Path LIBRARIES = FakeCuda.build();

  @Override
  protected Backend open() {
    return CudaBackend.open(MathMode.F32, Optional.of(LIBRARIES));
  }
}
