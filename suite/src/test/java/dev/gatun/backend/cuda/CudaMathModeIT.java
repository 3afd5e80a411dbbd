package dev.gatun.backend.cuda;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.MathModeContract;
import java.nio.file.Path;
import java.util.Optional;

/** Strict, TF32 and bfloat16 products of the CUDA backend, over the fake CUDA. */
class CudaMathModeIT extends MathModeContract {
  private static final Path LIBRARIES = FakeCuda.build();

  @Override
  protected Backend open(MathMode math) {
    return CudaBackend.open(math, Optional.of(LIBRARIES));
  }
}
