package dev.gatun.backend.cuda;

import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/** Starts kernels on the backend's one stream. */
final class Launcher {
  /**
   * Starts the kernel on the backend's stream; loads or compiles its file on first use.
   *
   * @param arguments Tensor (its device address; {@code null} for a null pointer), Integer (int),
   *     Long (long long), Float, Double
   * @throws IllegalArgumentException if they do not fit the kernel's signature
   */
  void launch(Kernel kernel, Grid grid, Object... arguments) {
    throw new UnsupportedOperationException(kernel.toString());
  }

  /** Size a grid by it only where results do not depend on the grid. */
  int multiprocessors() {
    throw new UnsupportedOperationException();
  }

  /** Shared memory that a block can have, in bytes. */
  int sharedBytesPerBlock() {
    throw new UnsupportedOperationException();
  }

  /** [1] I32: 0, or the {@link CheckedOperation#code()} of an operation that met a wrong id. */
  Tensor errorFlag() {
    throw new UnsupportedOperationException();
  }

  /** The CUstream that everything runs on, for the libraries. */
  MemorySegment stream() {
    throw new UnsupportedOperationException();
  }
}
