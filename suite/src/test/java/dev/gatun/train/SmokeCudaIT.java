package dev.gatun.train;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.cuda.CudaBackend;
import dev.gatun.backend.cuda.FakeCuda;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A training step in each math mode on a fake CUDA. */
class SmokeCudaIT {
  private static final Path LIBRARIES = FakeCuda.build();

  @ParameterizedTest
  @EnumSource
  void gradientsFollowTheOracle(MathMode math) {
    try (Backend backend = CudaBackend.open(math, Optional.of(LIBRARIES))) {
      SmokeContract.gradientsFollowTheOracle(backend, math);
    }
  }
}
