package dev.gatun.natives;

import static java.lang.foreign.ValueLayout.ADDRESS;

import dev.gatun.bindings.cuda.CudaDriver;
import java.lang.foreign.Arena;

/** A function of the CUDA driver failed. */
public final class CudaException extends NativeStatusException {
  private static final long serialVersionUID = 1L;

  CudaException(String call, int status, StatusWords words, Object... shapes) {
    super(call, status, words, shapes);
  }

  /**
   * Returns if {@code status} is CUDA_SUCCESS.
   *
   * @param status what the call returned
   * @param call the function as called, such as {@code cuMemAlloc_v2}
   * @param shapes what it worked on, for the message, such as {@code a 512x512}
   * @throws CudaException for any other status; {@link #isOutOfMemory()} tells want of memory apart
   */
  public static void check(int status, String call, Object... shapes) {
    if (status != CudaDriver.CUDA_SUCCESS()) {
      throw new CudaException(call, status, words(status), shapes);
    }
  }

  private static StatusWords words(int status) {
    try (var arena = Arena.ofConfined()) {
      var cell = arena.allocate(ADDRESS);
      // Both set the cell to null for a status that they do not know.
      CudaDriver.cuGetErrorName(status, cell);
      var name = StatusWords.stringAt(cell);
      CudaDriver.cuGetErrorString(status, cell);
      return name.isEmpty()
          ? StatusWords.UNKNOWN
          : new StatusWords(name, StatusWords.stringAt(cell));
    }
  }

  @Override
  public boolean isOutOfMemory() {
    return status() == CudaDriver.CUDA_ERROR_OUT_OF_MEMORY();
  }
}
