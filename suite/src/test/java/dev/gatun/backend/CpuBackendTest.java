package dev.gatun.backend;

import dev.gatun.backend.cpu.CpuBackend;
import org.junit.jupiter.api.Nested;

/** The contract, on the CPU with one thread and with several. */
class CpuBackendTest {

  @Nested
  class OneThread extends BackendContractTest {
    @Override
    protected Backend open() {
      return CpuBackend.open(1);
    }
  }

  @Nested
  class FourThreads extends BackendContractTest {
    @Override
    protected Backend open() {
      return CpuBackend.open(4);
    }
  }
}
