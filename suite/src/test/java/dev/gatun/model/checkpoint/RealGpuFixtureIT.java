package dev.gatun.model.checkpoint;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.cuda.RealGpu;

/** Models of other families, on this machine's GPU. */
class RealGpuFixtureIT extends FixtureCudaContract {
  @Override
  Backend open() {
    return RealGpu.open(MathMode.F32);
  }
}
