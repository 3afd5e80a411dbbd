package dev.gatun.backend.cpu;

import dev.gatun.backend.Backend;
import dev.gatun.backend.BackendContractTest;

/** The contract on the CPU, with several threads. */
class CpuBackendTest extends BackendContractTest {
  @Override
  protected Backend open() {
    return CpuBackend.open(4);
  }
}
