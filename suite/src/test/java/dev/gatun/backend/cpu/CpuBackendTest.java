package dev.gatun.backend.cpu;

import dev.gatun.backend.Backend;
import dev.gatun.backend.BackendContractTest;
import java.util.List;

/** The contract on the CPU with several threads, and equal bytes with the caller's alone. */
class CpuBackendTest extends BackendContractTest {
  @Override
  protected Backend open() {
    return CpuBackend.open(4);
  }

  @Override
  protected List<Backend> openTwins() {
    return List.of(CpuBackend.open(1));
  }
}
