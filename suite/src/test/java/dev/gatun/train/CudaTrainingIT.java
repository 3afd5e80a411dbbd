package dev.gatun.train;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.cuda.CudaBackend;
import dev.gatun.backend.cuda.FakeCuda;
import java.nio.file.Path;
import java.util.Optional;

/** Training on the whole CUDA backend, over the fake CUDA: steps are captured and replayed. */
class CudaTrainingIT extends TrainingContract {
  private static final Path LIBRARIES = FakeCuda.build();

  @Override
  Backend open() {
    return CudaBackend.open(MathMode.F32, Optional.of(LIBRARIES));
  }
}
