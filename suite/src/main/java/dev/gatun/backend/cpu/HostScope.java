package dev.gatun.backend.cpu;

import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Holding;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.Arena;

/** Tensors in host memory. */
final class HostScope implements TensorScope {
  private final HostMemory memory;
  // Shared, because the pool's threads read and write the tensors.
  private final Arena arena = Holding.sharedArena();

  HostScope(HostMemory memory) {
    this.memory = memory;
  }

  @Override
  public Tensor zeros(ElementType type, long... extents) {
    if (!arena.scope().isAlive()) {
      throw new IllegalStateException("the tensor scope is closed");
    }
    Shape shape = Shape.of(extents);
    long bytes;
    try {
      bytes = Math.multiplyExact(shape.size(), type.byteSize());
    } catch (ArithmeticException _) {
      throw new IllegalArgumentException("too many bytes in " + type + shape);
    }
    return Tensor.onHost(type, shape, memory.allocate(arena, bytes));
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
