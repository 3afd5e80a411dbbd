package dev.gatun.backend.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * The C library's heap. {@link Arena#allocate} zeroes every block in the calling thread, and stops
 * at {@code MaxDirectMemorySize}, a quarter of the machine; {@code calloc} gets large blocks zeroed
 * from the system, page by page on first use.
 */
// The C library's own functions, with the signatures of its manual.
@SuppressWarnings("restricted")
final class NativeHeap {
  /** {@code MADV_HUGEPAGE} of Linux. */
  private static final int ADVISE_HUGE_PAGES = 14;

  private final MethodHandle calloc;
  private final MethodHandle free;
  private final Optional<MethodHandle> madvise;

  NativeHeap() {
    Linker linker = Linker.nativeLinker();
    var library = linker.defaultLookup();
    calloc =
        linker.downcallHandle(
            library.findOrThrow("calloc"), FunctionDescriptor.of(ADDRESS, JAVA_LONG, JAVA_LONG));
    free = linker.downcallHandle(library.findOrThrow("free"), FunctionDescriptor.ofVoid(ADDRESS));
    madvise =
        System.getProperty("os.name").equals("Linux")
            ? library
                .find("madvise")
                .map(symbol ->
                    linker.downcallHandle(
                        symbol, FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT)))
            : Optional.empty();
  }

  /**
   * Zeroed memory, freed when the arena closes.
   *
   * @param alignment a power of two; at 4 KiB and above the system is asked for huge pages
   * @param whenFreed gets the size afterwards
   * @throws OutOfMemoryError if there is none
   */
  MemorySegment zeroed(Arena arena, long size, long alignment, LongConsumer whenFreed) {
    try {
      var block = (MemorySegment) calloc.invokeExact(size + alignment, 1L);
      if (block.address() == 0) {
        throw new OutOfMemoryError("calloc of " + size + " bytes");
      }
      MemorySegment whole =
          block.reinterpret(size + alignment, arena, memory -> free(memory, size, whenFreed));
      MemorySegment aligned = whole.asSlice(-block.address() & (alignment - 1), size);
      if (alignment >= 4096 && madvise.isPresent()) {
        // Advice: where it is refused, pages are small and all else is the same.
        int _ = (int) madvise.get().invokeExact(aligned, size, ADVISE_HUGE_PAGES);
      }
      return aligned;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private void free(MemorySegment memory, long size, LongConsumer whenFreed) {
    try {
      free.invokeExact(memory);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    whenFreed.accept(size);
  }
}
