package dev.gatun.backend.cuda;

import java.nio.file.Path;

/** Cross-entropy, argmax and AdamW on this machine's GPU. */
class RealGpuLossKernelsIT extends LossKernelsContract {
  @Override
  TestDevice open(Path cache) {
    return RealGpu.openDevice(cache);
  }
}
