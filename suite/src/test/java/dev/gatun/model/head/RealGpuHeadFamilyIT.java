package dev.gatun.model.head;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.cuda.RealGpu;

/** Models with every form of head, on this machine's GPU. */
class RealGpuHeadFamilyIT extends HeadFamilyCudaContract {
  @Override
  Backend open() {
    return RealGpu.open(MathMode.F32);
  }
}
