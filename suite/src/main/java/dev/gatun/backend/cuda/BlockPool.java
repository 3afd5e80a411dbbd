package dev.gatun.backend.cuda;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.gatun.backend.OutOfDeviceMemoryException;
import dev.gatun.bindings.cuda.CudaDriver;
import dev.gatun.natives.cuda.CudaStatus;
import dev.gatun.tensor.Holding;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;

/**
 * Blocks of device memory. What comes back is kept for the next who asks, because the driver's own
 * allocation waits for the device; it goes back to the driver when memory is short. A block may be
 * handed on while work with it is under way: all work is on one stream, in order.
 *
 * <p>With {@code -Dgatun.cuda.exact=true}, which the launcher sets for {@code GATUN_CUDA_EXACT}, it
 * keeps nothing and each block has exactly the size that was asked for. Then a checker of memory,
 * such as compute-sanitizer, sees where each tensor ends.
 */
final class BlockPool implements AutoCloseable {
  /** The driver hands out memory in pages of this size. */
  static final long PAGE = 2L << 20;

  /** A kept block serves requests down to 7/8 of its size: little is wasted, most are reused. */
  private static final int WASTE = 8;

  /** A piece of device memory as the driver gave it. */
  record Block(long address, long bytes) {}

  private final CudaDevice device;
  private final boolean exact = Boolean.getBoolean("gatun.cuda.exact");
  private final TreeMap<Long, Deque<Block>> kept = new TreeMap<>();
  private final Set<Block> all = new HashSet<>();
  private final Arena arena = Holding.sharedArena();
  private final MemorySegment address = arena.allocate(JAVA_LONG);

  BlockPool(CudaDevice device) {
    this.device = device;
  }

  /**
   * A block of at least so many bytes; its contents are anything.
   *
   * @throws OutOfDeviceMemoryException if there is none, even after all kept blocks were given back
   */
  Block take(long bytes) {
    if (exact) {
      return allocate(Math.max(bytes, 1));
    }
    long pages = Math.ceilDiv(Math.max(bytes, 1), PAGE);
    // Sizes beyond any machine must not wrap around to small ones.
    long size = Math.min(pages, Long.MAX_VALUE / PAGE) * PAGE;
    var fitting = kept.ceilingEntry(size);
    if (fitting != null && fitting.getKey() - size <= fitting.getKey() / WASTE) {
      Block block = fitting.getValue().pop();
      if (fitting.getValue().isEmpty()) {
        kept.remove(fitting.getKey());
      }
      return block;
    }
    return allocate(size);
  }

  private Block allocate(long size) {
    device.makeCurrent();
    int status = CudaDriver.cuMemAlloc_v2(address, size);
    if (status == CudaDriver.CUDA_ERROR_OUT_OF_MEMORY() && !kept.isEmpty()) {
      freeKept();
      status = CudaDriver.cuMemAlloc_v2(address, size);
    }
    if (status == CudaDriver.CUDA_ERROR_OUT_OF_MEMORY()) {
      throw refused(size);
    }
    CudaStatus.DRIVER.check(status, "cuMemAlloc_v2", inMebibytes(size));
    var block = new Block(address.get(JAVA_LONG, 0), size);
    all.add(block);
    return block;
  }

  private OutOfDeviceMemoryException refused(long size) {
    CudaDevice.Memory memory = device.memory();
    long held = all.stream().mapToLong(Block::bytes).sum();
    return new OutOfDeviceMemoryException(
        "no device memory for %s: %s of %s are free, %s are held already; use a smaller batch or chunk%s"
            .formatted(
                inMebibytes(size),
                inMebibytes(memory.free()),
                inMebibytes(memory.total()),
                inMebibytes(held),
                memory.total() - memory.free() - held > memory.total() / WASTE
                    ? ", or end the other processes that nvidia-smi lists"
                    : ""),
        null);
  }

  /** Whether each tensor is to have a block of its own. */
  boolean isExact() {
    return exact;
  }

  void giveBack(Block block) {
    if (exact) {
      device.makeCurrent();
      free(block);
      return;
    }
    kept.computeIfAbsent(block.bytes(), _ -> new ArrayDeque<>()).push(block);
  }

  private void freeKept() {
    kept.values().forEach(blocks -> blocks.forEach(this::free));
    kept.clear();
  }

  private void free(Block block) {
    // Waits for the device, so nothing that is under way loses its memory.
    device
        .leftovers()
        .count(
            CudaStatus.DRIVER,
            CudaDriver.cuMemFree_v2(block.address()),
            "cuMemFree_v2",
            inMebibytes(block.bytes()));
    all.remove(block);
  }

  static String inMebibytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
  }

  /** Gives every block back to the driver, the ones still in use too. */
  @Override
  public void close() {
    device.makeCurrent();
    kept.clear();
    Set.copyOf(all).forEach(this::free);
    arena.close();
  }
}
