package dev.gatun.backend.cpu;

import dev.gatun.backend.Backend;
import dev.gatun.backend.Parts;
import dev.gatun.natives.blas.BlasLibrary;
import dev.gatun.tensor.CloseStack;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The CPU: a BLAS library for matrices, the Vector API for everything else, one pool of threads for
 * both. Equal inputs give equal bytes on any number of threads of one machine.
 */
public final class CpuBackend {
  private CpuBackend() {}

  /**
   * Opens the CPU with the usual BLAS library.
   *
   * @param threads number of threads, the caller's included
   * @throws IllegalArgumentException if threads is below 1
   * @throws dev.gatun.natives.NativeLibraryException if the library cannot be used
   */
  public static Backend open(int threads) {
    return open(threads, Optional.empty());
  }

  /**
   * As {@link #open(int)}, with a library of the user's own.
   *
   * @param blas the library file, or empty for the usual one
   */
  public static Backend open(int threads, Optional<Path> blas) {
    if (threads < 1) {
      throw new IllegalArgumentException("the CPU backend needs at least 1 thread, not " + threads);
    }
    BlasLibrary library = BlasLibrary.load(blas);
    var memory = new HostMemory();
    try (var opened = new CloseStack()) {
      var pool = opened.own(new WorkerPool(threads, memory));
      var backend = new Backend(parts(library, memory, pool));
      opened.keep();
      return backend;
    }
  }

  private static Parts parts(BlasLibrary blas, HostMemory memory, WorkerPool pool) {
    var singularValues = new SingularValues(pool, memory);
    return new Parts(
        new CpuDevice(pool, blas, singularValues::fallbacks),
        memory,
        new HostTransfers(pool),
        new Vectors(pool),
        new Columns(pool),
        new Argmax(pool),
        new MatrixProducts(
            pool,
            Tiling.Unpacked.fastest(blas.coreType()),
            blas.keepsBitsWhenRowsAreCut() ? pool.threads() : Tiling.THREADS_OF_ANY_LIBRARY),
        new GramProducts(pool),
        new Lapack(pool, memory),
        singularValues,
        new Embedding(pool),
        new Bias(pool),
        new LayerNorm(pool),
        new RmsNorm(pool),
        Optional.empty(),
        new ElementwiseFunctions(pool),
        new GatedActivation(pool),
        new Rotary(pool),
        new CausalAttention(pool),
        new CrossEntropy(pool),
        new AdamW(pool));
  }

  /** One thread for each processor that this process may use. */
  public static int defaultThreads() {
    return Runtime.getRuntime().availableProcessors();
  }
}
