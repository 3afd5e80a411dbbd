package dev.gatun.backend.cuda;

import dev.gatun.backend.Backend;
import java.nio.file.Path;

/** Attention by the cuDNN of this machine on its GPU. */
class RealGpuCudnnAttentionIT extends CudnnAttentionContract {
  @Override
  TestDevice open(Path cache) {
    return RealGpu.openDeviceWithCudnn(cache);
  }

  @Override
  Backend openBackend() {
    return RealGpu.openWithCudnn();
  }
}
