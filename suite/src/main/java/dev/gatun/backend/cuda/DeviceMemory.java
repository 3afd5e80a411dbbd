package dev.gatun.backend.cuda;

import dev.gatun.backend.MemoryUse;
import dev.gatun.backend.RecordingGuard;
import dev.gatun.backend.TensorScope;
import dev.gatun.bindings.cuda.CudaDriver;
import dev.gatun.natives.CudaException;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Holding;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Memory on the device: hands it out, and counts how much is held and was held at most. */
final class DeviceMemory implements AutoCloseable {
  private final CudaDevice device;
  private final RecordingGuard guard;
  private final BlockPool pool;
  private final Blocks scratch;
  private final Arena arena = Holding.sharedArena();
  private long bytes;
  private long scratchBytes;
  private long peakBytes;

  DeviceMemory(CudaDevice device, RecordingGuard guard) {
    this.device = device;
    this.guard = guard;
    this.pool = new BlockPool(device);
    this.scratch = new Blocks(pool);
  }

  /** What host memory the backend needs until it closes comes from here. */
  Arena arena() {
    return arena;
  }

  /** A new scope for tensors. */
  TensorScope newScope() {
    return guard.watched(new Scope());
  }

  /**
   * [n] of the backend's own until it closes, not zeroed: counts in the peak alone.
   *
   * @throws IllegalStateException inside a recording, which must find all memory there
   */
  Tensor allocateScratch(ElementType type, long n) {
    long size = Math.multiplyExact(n, type.byteSize());
    return Tensor.onDevice(type, Shape.of(n), allocateScratch(size));
  }

  /** As {@link #allocateScratch(ElementType, long)}, in bytes; nothing reads the segment. */
  MemorySegment allocateScratch(long size) {
    guard.refuseInside("growing working memory");
    MemorySegment segment = segment(scratch.take(size), size, arena);
    scratchBytes += size;
    notePeak();
    return segment;
  }

  private Tensor allocate(Blocks blocks, Arena lifetime, ElementType type, Shape shape) {
    long size;
    try {
      size = Math.multiplyExact(shape.size(), type.byteSize());
    } catch (ArithmeticException _) {
      throw new IllegalArgumentException("too many bytes in " + type + shape);
    }
    return Tensor.onDevice(type, shape, segment(blocks.take(size), size, lifetime));
  }

  // Nothing reads the segment; it carries the address, the size and how long they are valid.
  @SuppressWarnings("restricted")
  private static MemorySegment segment(long address, long size, Arena lifetime) {
    return MemorySegment.ofAddress(address).reinterpret(size, lifetime, null);
  }

  private void notePeak() {
    peakBytes = Math.max(peakBytes, bytes + scratchBytes);
  }

  /** What scopes hold; the peak includes the backend's own. */
  MemoryUse use() {
    return new MemoryUse(bytes, peakBytes);
  }

  /** The peak restarts at what is held now. */
  void resetPeak() {
    peakBytes = bytes + scratchBytes;
  }

  /** Gives everything back to the driver; tensors of scopes still open become unusable. */
  @Override
  public void close() {
    arena.close();
    pool.close();
  }

  private final class Scope implements TensorScope {
    private final Blocks blocks = new Blocks(pool);
    private final Arena lifetime = Holding.sharedArena();
    private long held;

    @Override
    public Tensor zeros(ElementType type, long... extents) {
      if (!lifetime.scope().isAlive()) {
        throw new IllegalStateException("the tensor scope is closed");
      }
      Tensor tensor = allocate(blocks, lifetime, type, Shape.of(extents));
      held += tensor.byteSize();
      bytes += tensor.byteSize();
      notePeak();
      if (tensor.byteSize() > 0) {
        CudaException.check(
            CudaDriver.cuMemsetD8Async(
                tensor.memory().address(), (byte) 0, tensor.byteSize(), device.stream()),
            "cuMemsetD8Async",
            tensor);
      }
      return tensor;
    }

    @Override
    public void close() {
      if (lifetime.scope().isAlive()) {
        lifetime.close();
        blocks.giveBack();
        bytes -= held;
      }
    }
  }
}
