package dev.gatun.train;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.cuda.RealGpu;
import org.junit.jupiter.api.BeforeAll;

/** Training on this machine's GPU. */
class RealGpuTrainingIT extends CudaTrainingContract {
  @BeforeAll
  static void findGpu() {
    RealGpu.find();
  }

  @Override
  Backend open(MathMode math) {
    return RealGpu.open(math);
  }
}
