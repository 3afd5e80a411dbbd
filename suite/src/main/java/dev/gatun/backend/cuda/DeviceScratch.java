package dev.gatun.backend.cuda;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/** Device memory that an operation reuses from call to call. It grows on demand. */
final class DeviceScratch {
  /** Growing from small sizes in small steps would leave many blocks behind. */
  private static final long LEAST_BYTES = 64 << 10;

  private final DeviceMemory memory;
  private MemorySegment held = MemorySegment.NULL;
  private Tensor part;

  DeviceScratch(DeviceMemory memory) {
    this.memory = memory;
  }

  /**
   * Memory of at least n elements, aligned to 256 bytes and not zeroed, at the same address until a
   * larger one is asked for. Earlier blocks stay valid until the backend closes, because recorded
   * steps hold their addresses.
   *
   * @return [n] of this type
   * @throws IllegalStateException inside a recording, if it would have to grow
   */
  Tensor get(ElementType type, long n) {
    if (part != null && part.type() == type && part.size() == n) {
      return part;
    }
    long bytes = Math.multiplyExact(n, type.byteSize());
    if (held.byteSize() < bytes || held.address() == 0) {
      held = memory.allocateScratch(Math.max(bytes, LEAST_BYTES));
    }
    part = Tensor.onDevice(type, Shape.of(n), held.asSlice(0, bytes));
    return part;
  }
}
