package dev.gatun.backend.cpu;

import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.Arena;

/** Tensors in native memory of the host, counted until the scope closes. */
final class HostScope implements TensorScope {
  private final HostMemory memory;
  // Shared, because the pool's threads read and write what the caller allocated.
  private final Arena arena = Arena.ofShared();
  private long held;
  private boolean closed;

  HostScope(HostMemory memory) {
    this.memory = memory;
  }

  @Override
  public Tensor zeros(ElementType type, long... extents) {
    if (closed) {
      throw new IllegalStateException("this scope is closed");
    }
    Shape shape = Shape.of(extents);
    long bytes = Math.multiplyExact(shape.size(), type.byteSize());
    Tensor tensor = Tensor.onHost(type, shape, memory.allocate(arena, bytes));
    memory.taken(bytes);
    held += bytes;
    return tensor;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      arena.close();
      memory.givenBack(held);
    }
  }
}
