package dev.gatun.backend.cuda;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.MathModeContract;
import org.junit.jupiter.api.BeforeAll;

/** Strict, TF32 and bfloat16 products on this machine's GPU. */
class RealGpuMathModeIT extends MathModeContract {
  @BeforeAll
  static void findGpu() {
    RealGpu.find();
  }

  @Override
  protected Backend open(MathMode math) {
    return RealGpu.open(math);
  }
}
