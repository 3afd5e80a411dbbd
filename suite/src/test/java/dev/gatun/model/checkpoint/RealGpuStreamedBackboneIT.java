package dev.gatun.model.checkpoint;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.cuda.RealGpu;

/** Checkpoints block by block, on this machine's GPU. */
class RealGpuStreamedBackboneIT extends StreamedBackboneCudaContract {
  @Override
  Backend open() {
    return RealGpu.open(MathMode.F32);
  }
}
