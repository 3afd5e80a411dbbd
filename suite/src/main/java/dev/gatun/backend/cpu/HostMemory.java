package dev.gatun.backend.cpu;

import com.sun.management.OperatingSystemMXBean;
import dev.gatun.backend.MemoryUse;
import dev.gatun.backend.OutOfDeviceMemoryException;
import dev.gatun.backend.Parts;
import dev.gatun.backend.TensorScope;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/** Native memory on the host: hands it out, and counts how much is held and was held at most. */
final class HostMemory implements Parts.Memory {
  /** A cache line, and the width of the widest vectors. */
  static final long ALIGNMENT = 64;

  private static final long HUGE_PAGE = 2L << 20;

  /**
   * Blocks that get huge pages. Smaller ones are worked on in cache, where rows a power of two
   * apart share few cache sets; small pages scatter them.
   */
  private static final long LARGE = 32L << 20;

  private final NativeHeap heap = new NativeHeap();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong scratchBytes = new AtomicLong();
  private final AtomicLong peakBytes = new AtomicLong();
  private final long mostBytes;

  /** Memory up to what the machine (or the container) has. */
  HostMemory() {
    this(ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize());
  }

  HostMemory(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /**
   * Zeroed memory that counts until the arena closes; large blocks are aligned to huge pages, all
   * others to {@link #ALIGNMENT}. Pages are taken when they are first written, by whoever does.
   *
   * @throws OutOfDeviceMemoryException if the machine has no more
   */
  MemorySegment allocate(Arena arena, long size) {
    return allocate(arena, size, bytes);
  }

  /** As {@link #allocate}, for the backend's own use: counts in the peak alone. */
  MemorySegment allocateScratch(Arena arena, long size) {
    return allocate(arena, size, scratchBytes);
  }

  private MemorySegment allocate(Arena arena, long size, AtomicLong account) {
    account.addAndGet(size);
    long held = held();
    if (held > mostBytes) {
      account.addAndGet(-size);
      throw refused(size, null);
    }
    long alignment = size >= LARGE ? HUGE_PAGE : ALIGNMENT;
    try {
      MemorySegment segment =
          heap.zeroed(arena, size, alignment, freed -> account.addAndGet(-freed));
      peakBytes.accumulateAndGet(held, Math::max);
      return segment;
    } catch (OutOfMemoryError e) {
      account.addAndGet(-size);
      throw refused(size, e);
    }
  }

  private long held() {
    return bytes.get() + scratchBytes.get();
  }

  private OutOfDeviceMemoryException refused(long size, OutOfMemoryError cause) {
    return new OutOfDeviceMemoryException(
        "no memory for %s: %s are held already, the machine has %s; use a smaller batch or chunk"
            .formatted(inMebibytes(size), inMebibytes(held()), inMebibytes(mostBytes)),
        cause);
  }

  @Override
  public TensorScope newScope() {
    return new HostScope(this);
  }

  /** What scopes hold; the peak includes {@link #scratchBytes}. */
  @Override
  public MemoryUse memoryUse() {
    return new MemoryUse(bytes.get(), peakBytes.get());
  }

  @Override
  public OptionalLong freeMemoryBytes() {
    return OptionalLong.of(FreeMemory.bytes());
  }

  @Override
  public void resetPeakMemory() {
    peakBytes.set(held());
  }

  /** What the backend holds for itself. */
  long scratchBytes() {
    return scratchBytes.get();
  }

  private static String inMebibytes(long size) {
    return String.format(Locale.ROOT, "%.1f MiB", size / 1048576.0);
  }
}
