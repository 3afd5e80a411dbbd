package dev.gatun.backend.cuda;

import java.nio.file.Path;

/** Cross-entropy, argmax and AdamW on the emulated device. */
class LossKernelsIT extends LossKernelsContract {
  @Override
  TestDevice open(Path cache) {
    return new EmulatedDevice(cache);
  }
}
