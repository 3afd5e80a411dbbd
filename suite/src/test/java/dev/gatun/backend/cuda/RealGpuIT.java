package dev.gatun.backend.cuda;

import dev.gatun.backend.Backend;
import dev.gatun.backend.BackendContractTest;
import dev.gatun.backend.MathMode;
import org.junit.jupiter.api.BeforeAll;

/** The contract on this machine's GPU. */
class RealGpuIT extends BackendContractTest {
  @BeforeAll
  static void findGpu() {
    RealGpu.find();
  }

  @Override
  protected Backend open() {
    return RealGpu.open(MathMode.F32);
  }
}
