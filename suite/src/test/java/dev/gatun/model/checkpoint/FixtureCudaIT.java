package dev.gatun.model.checkpoint;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.cuda.CudaBackend;
import dev.gatun.backend.cuda.FakeCuda;
import java.nio.file.Path;
import java.util.Optional;

/** Models of other families, on a fake CUDA. */
class FixtureCudaIT extends FixtureCudaContract {
  private static final Path LIBRARIES = FakeCuda.build();

  @Override
  Backend open() {
    return CudaBackend.open(MathMode.F32, Optional.of(LIBRARIES));
  }
}
