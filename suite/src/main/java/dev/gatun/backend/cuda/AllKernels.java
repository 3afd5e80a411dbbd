package dev.gatun.backend.cuda;

import dev.gatun.natives.CacheFolder;
import dev.gatun.natives.cuda.CudaLibraries;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Every kernel that comes with Gatun, in every variant. */
public final class AllKernels {
  /** The kernel files, without {@code .cu}. */
  static final List<String> FILES =
      List.of(
          "adamw",
          "argmax",
          "attention",
          "attention_tensor",
          "bias",
          "column_sums",
          "columns",
          "cross_entropy",
          "elementwise",
          "embedding",
          "gated",
          "gemm",
          "layer_norm",
          "residual",
          "rms_norm",
          "rotary",
          "syrk",
          "transpose",
          "triangle",
          "vectors",
          "widen");

  private AllKernels() {}

  /**
   * Compiles them for the first GPU, into the user's cache, so that no later process waits for it.
   *
   * @param libraryFolder where the CUDA libraries are, or empty to look for them
   * @param threads how many are compiled at once
   * @return how many files and variants there are
   * @throws NoCudaDeviceException if the driver shows no GPU
   * @throws dev.gatun.natives.NativeStatusException with NVRTC's log, if one does not compile
   */
  public static int compile(Optional<Path> libraryFolder, int threads) {
    CudaLibraries.load(libraryFolder);
    try (var device = CudaDevice.open();
        var pool = Executors.newFixedThreadPool(threads)) {
      var cache = new CubinCache(CacheFolder.ofThisUser().resolve(CudaSession.KERNEL_CACHE));
      var compiler = new KernelCompiler(device.major(), device.minor(), cache, _ -> {});
      List<Callable<byte[]>> compilations = new ArrayList<>();
      for (String file : FILES) {
        KernelSource source = KernelSource.read(file);
        source.variants().forEach(it -> compilations.add(() -> compiler.compile(source, it)));
      }
      for (Future<byte[]> compiled : pool.invokeAll(compilations)) {
        compiled.get();
      }
      return compilations.size();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while compiling", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException(e.getCause());
    }
  }
}
