package dev.gatun.backend.cuda;

import java.nio.file.Path;

/** Attention on tensor cores on the emulated device. */
class TensorCoreAttentionIT extends TensorCoreAttentionContract {
  @Override
  TestDevice open(Path cache) {
    return new EmulatedDevice(cache);
  }
}
