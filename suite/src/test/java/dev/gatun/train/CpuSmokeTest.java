package dev.gatun.train;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.cpu.CpuBackend;
import org.junit.jupiter.api.Test;

/** A training step on the CPU. */
class CpuSmokeTest {
  @Test
  void gradientsFollowTheOracle() {
    try (Backend backend = CpuBackend.open(1)) {
      SmokeContract.gradientsFollowTheOracle(backend, MathMode.F32);
    }
  }
}
