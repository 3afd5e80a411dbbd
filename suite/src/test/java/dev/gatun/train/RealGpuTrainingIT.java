package dev.gatun.train;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.cuda.RealGpu;
import org.junit.jupiter.api.BeforeAll;

/** Training on this machine's GPU. */
class RealGpuTrainingIT extends TrainingContract {
  @BeforeAll
  static void findGpu() {
    RealGpu.find();
  }

  @Override
  Backend open() {
    return RealGpu.open(MathMode.F32);
  }
}
