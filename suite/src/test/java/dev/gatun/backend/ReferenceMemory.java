package dev.gatun.backend;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/** Scopes over host memory, and what they hold. */
final class ReferenceMemory implements Parts.Memory {
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong peak = new AtomicLong();

  @Override
  public TensorScope newScope() {
    return new Scope();
  }

  @Override
  public MemoryUse memoryUse() {
    return new MemoryUse(bytes.get(), peak.get());
  }

  @Override
  public OptionalLong freeMemoryBytes() {
    return OptionalLong.empty();
  }

  @Override
  public void resetPeakMemory() {
    peak.set(bytes.get());
  }

  private final class Scope implements TensorScope {
    private final Arena arena = Arena.ofShared();
    private long held;

    @Override
    public Tensor zeros(ElementType type, long... extents) {
      Shape shape = Shape.of(extents);
      long size = shape.size() * type.byteSize();
      held += size;
      peak.accumulateAndGet(bytes.addAndGet(size), Math::max);
      return Tensor.onHost(type, shape, arena.allocate(size, 64));
    }

    @Override
    public void close() {
      arena.close();
      bytes.addAndGet(-held);
      held = 0;
    }
  }
}
