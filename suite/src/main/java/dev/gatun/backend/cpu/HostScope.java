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
    Shape shape = Shape.of(extents);
    return Tensor.onHost(type, shape, memory.allocate(arena, shape.size() * type.byteSize()));
  }

  @Override
  public void close() {
    arena.close();
  }
}
