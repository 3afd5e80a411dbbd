package dev.gatun.backend.cuda;

import dev.gatun.backend.MathMode;
import dev.gatun.backend.MemoryUse;
import dev.gatun.backend.Parts;
import dev.gatun.backend.RecordingGuard;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.cuda.BlockPool.Block;
import dev.gatun.bindings.cuda.CudaDriver;
import dev.gatun.natives.cuda.CudaStatus;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Holding;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Memory on the device: hands it out, and counts how much is held and was held at most. */
final class DeviceMemory implements Parts.Memory, AutoCloseable {
  /** The widest loads and the libraries want their operands aligned to this many bytes. */
  private static final long ALIGNMENT = 256;

  /** Pieces from this size on get a block of their own. */
  private static final long LARGE = 1L << 20;

  private final CudaDevice device;
  private final RecordingGuard guard;
  private final MathMode math;
  private final RoundedWeights roundedWeights = new RoundedWeights();
  private final BlockPool pool;
  private final Pieces scratch;
  private final Arena arena = Holding.sharedArena();
  private long bytes;
  private long scratchBytes;
  private long peakBytes;

  /** With copies of weights as the products of this mode take them. */
  DeviceMemory(CudaDevice device, RecordingGuard guard, MathMode math) {
    this.device = device;
    this.guard = guard;
    this.math = math;
    this.pool = new BlockPool(device);
    this.scratch = new Pieces();
  }

  /** What host memory the backend needs until it closes comes from here. */
  Arena arena() {
    return arena;
  }

  /** The copies of the weights of all scopes. */
  RoundedWeights roundedWeights() {
    return roundedWeights;
  }

  @Override
  public TensorScope newScope() {
    return new Scope();
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

  private Tensor allocate(Pieces pieces, Arena lifetime, ElementType type, Shape shape) {
    long size = shape.size() * type.byteSize();
    return Tensor.onDevice(type, shape, segment(pieces.take(size), size, lifetime));
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
  @Override
  public MemoryUse memoryUse() {
    return new MemoryUse(bytes, peakBytes);
  }

  @Override
  public OptionalLong freeMemoryBytes() {
    return OptionalLong.of(device.memory().free());
  }

  @Override
  public void resetPeakMemory() {
    peakBytes = bytes + scratchBytes;
  }

  /** Gives everything back to the driver; tensors of scopes still open become unusable. */
  @Override
  public void close() {
    arena.close();
    pool.close();
  }

  private final class Scope implements TensorScope {
    private final Pieces pieces = new Pieces();
    private final Arena lifetime = Holding.sharedArena();
    private final List<RoundedWeights.Copy> copies = new ArrayList<>();
    private long held;

    @Override
    public Tensor zeros(ElementType type, long... extents) {
      Tensor tensor = allocate(pieces, lifetime, type, Shape.of(extents));
      held += tensor.byteSize();
      bytes += tensor.byteSize();
      notePeak();
      device.writes().to(tensor);
      if (tensor.byteSize() > 0) {
        device.clock().begin();
        CudaStatus.DRIVER.check(
            CudaDriver.cuMemsetD8Async(
                tensor.memory().address(), (byte) 0, tensor.byteSize(), device.stream()),
            "cuMemsetD8Async",
            tensor);
        device.clock().end("set to zero");
      }
      return tensor;
    }

    @Override
    public Tensor weights(ElementType type, long... extents) {
      Tensor weights = zeros(type, extents);
      if (math == MathMode.BF16 && type == ElementType.F32) {
        Tensor rounded = zeros(ElementType.I32, Math.ceilDiv(weights.size(), 2));
        var copy = new RoundedWeights.Copy(weights, rounded);
        copies.add(copy);
        roundedWeights.add(copy);
      }
      return weights;
    }

    @Override
    public void close() {
      copies.forEach(roundedWeights::remove);
      lifetime.close();
      bytes -= held;
      pieces.giveBack();
    }
  }

  /** Memory that is handed out piece by piece and given back as a whole. */
  private final class Pieces {
    private final List<Block> taken = new ArrayList<>();
    private long next;
    private long end;

    /** The address of this many bytes, which may hold anything. */
    long take(long bytes) {
      if (bytes >= LARGE || pool.isExact()) {
        return block(bytes).address();
      }
      long size = Math.ceilDiv(Math.max(bytes, 1), ALIGNMENT) * ALIGNMENT;
      if (end - next < size) {
        Block block = block(BlockPool.PAGE);
        next = block.address();
        end = block.address() + block.bytes();
      }
      long address = next;
      next += size;
      return address;
    }

    private Block block(long bytes) {
      Block block = pool.take(bytes);
      taken.add(block);
      return block;
    }

    void giveBack() {
      taken.forEach(pool::giveBack);
      taken.clear();
      next = 0;
      end = 0;
    }
  }
}
