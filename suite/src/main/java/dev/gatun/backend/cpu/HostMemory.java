package dev.gatun.backend.cpu;

import dev.gatun.backend.MemoryUse;
import dev.gatun.backend.OutOfDeviceMemoryException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/** Counts native memory on the host: how much is held, and how much was at most. */
final class HostMemory {
  /** A cache line, and the width of the widest vectors. */
  static final long ALIGNMENT = 64;

  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong peakBytes = new AtomicLong();

  /**
   * Zeroed memory, aligned to {@link #ALIGNMENT}, that counts until the arena closes.
   *
   * @throws OutOfDeviceMemoryException if the machine has no more
   */
  MemorySegment allocate(Arena arena, long size) {
    MemorySegment segment;
    try {
      segment = arena.allocate(size, ALIGNMENT);
    } catch (OutOfMemoryError e) {
      throw new OutOfDeviceMemoryException(
          "no memory for %s: %s are held already; use a smaller batch or chunk"
              .formatted(inMebibytes(size), inMebibytes(bytes.get())),
          e);
    }
    return segment;
  }

  /** Counts memory taken. */
  void taken(long size) {
    long now = bytes.addAndGet(size);
    peakBytes.accumulateAndGet(now, Math::max);
  }

  /** Counts memory given back. */
  void givenBack(long size) {
    bytes.addAndGet(-size);
  }

  MemoryUse use() {
    return new MemoryUse(bytes.get(), peakBytes.get());
  }

  void resetPeak() {
    peakBytes.set(bytes.get());
  }

  private static String inMebibytes(long size) {
    return String.format(Locale.ROOT, "%.1f MiB", size / 1048576.0);
  }
}
