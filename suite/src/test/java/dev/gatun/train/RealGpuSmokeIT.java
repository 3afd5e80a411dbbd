package dev.gatun.train;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.cuda.RealGpu;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A training step in each math mode on this machine's GPU. */
class RealGpuSmokeIT {
  @ParameterizedTest
  @EnumSource
  void gradientsFollowTheOracle(MathMode math) {
    try (Backend backend = RealGpu.open(math)) {
      SmokeContract.gradientsFollowTheOracle(backend, math);
    }
  }
}
