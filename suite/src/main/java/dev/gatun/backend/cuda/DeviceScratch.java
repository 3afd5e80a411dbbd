package dev.gatun.backend.cuda;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;

/** Device memory that an operation reuses from call to call. It grows on demand. */
final class DeviceScratch {
  private final DeviceMemory memory;
  private Tensor held;

  DeviceScratch(DeviceMemory memory) {
    this.memory = memory;
  }

  /**
   * Memory of at least n elements, aligned to 256 bytes and not zeroed, at the same address until a
   * larger one is asked for. Earlier blocks stay valid until the backend closes, because recorded
   * steps hold their addresses.
   *
   * @return [n] of this type
   */
  Tensor get(ElementType type, long n) {
    if (held == null || held.byteSize() < n * type.byteSize()) {
      held = memory.allocateScratch(type, n);
    }
    return Tensor.onDevice(type, Shape.of(n), held.memory().address());
  }
}
