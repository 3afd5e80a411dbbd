package dev.gatun.backend.cpu;

import dev.gatun.backend.Backend;
import dev.gatun.backend.BackendContractTest;

/** The contract on the CPU, with the caller's thread alone. */
class CpuBackendOneThreadTest extends BackendContractTest {
  @Override
  protected Backend open() {
    return CpuBackend.open(1);
  }
}
