package dev.gatun.backend.cuda;

import java.nio.file.Path;

/** Attention on tensor cores on this machine's GPU. */
class RealGpuAttentionIT extends TensorCoreAttentionContract {
  @Override
  TestDevice open(Path cache) {
    return RealGpu.openDevice(cache);
  }
}
