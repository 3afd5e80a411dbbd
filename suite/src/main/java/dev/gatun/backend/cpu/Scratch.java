package dev.gatun.backend.cpu;

import dev.gatun.tensor.Holding;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Native memory that one thread at a time reuses from task to task; it grows on demand. */
final class Scratch implements AutoCloseable {
  private static final long PAGE = 4096;

  private final HostMemory memory;
  private Arena arena;
  private MemorySegment whole = MemorySegment.NULL;
  private MemorySegment part = MemorySegment.NULL;

  Scratch(HostMemory memory) {
    this.memory = memory;
  }

  /** Memory of exactly this size; what was handed out before is no longer valid. */
  MemorySegment segment(long size) {
    if (part.byteSize() != size) {
      if (whole.byteSize() < size) {
        grow(Math.ceilDiv(size, PAGE) * PAGE);
      }
      part = whole.asSlice(0, size);
    }
    return part;
  }

  private void grow(long size) {
    close();
    // Shared, because the pool that closes it is another thread than the worker that uses it.
    arena = Holding.sharedArena();
    whole = memory.allocateScratch(arena, size);
  }

  @Override
  public void close() {
    if (arena != null) {
      arena.close();
      arena = null;
      whole = MemorySegment.NULL;
      part = MemorySegment.NULL;
    }
  }
}
