package dev.gatun.backend.cuda;

import dev.gatun.backend.MemoryUse;
import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/** Memory on the device: hands it out, and counts how much is held and was held at most. */
final class DeviceMemory {
  /** A new scope for tensors. */
  TensorScope newScope() {
    throw new UnsupportedOperationException();
  }

  /**
   * Memory of the backend's own, not zeroed, until the backend closes: counts in the peak alone.
   */
  Tensor allocateScratch(ElementType type, long n) {
    throw new UnsupportedOperationException();
  }

  /** What scopes hold; the peak includes the backend's own. */
  MemoryUse use() {
    throw new UnsupportedOperationException();
  }

  /** The peak restarts at what is held now. */
  void resetPeak() {
    throw new UnsupportedOperationException();
  }
}
