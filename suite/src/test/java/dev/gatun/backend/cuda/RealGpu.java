package dev.gatun.backend.cuda;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.natives.NativeLibraryException;
import dev.gatun.natives.cuda.CudaLibraries;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assumptions;

/**
 * The GPU of this machine, for tests. {@code mvn verify -Pgpu} demands one: tests then fail without
 * it. Otherwise they are skipped, and say why; so are those that need a cuDNN that is not there.
 */
public final class RealGpu {
  private static final boolean DEMANDED = "demanded".equals(System.getProperty("gatun.gpu"));

  /** What was said already: every test that is skipped would say the same. */
  private static final Set<String> SAID = ConcurrentHashMap.newKeySet();

  private RealGpu() {}

  /** Opens it, or skips the running test. */
  public static Backend open(MathMode math) {
    return orSkip(() -> CudaBackend.open(math));
  }

  /** Opens its lower half, or skips the running test; kernels are kept in the folder. */
  static TestDevice openDevice(Path cache) {
    return orSkip(() -> {
      CudaLibraries.load(Optional.empty());
      return new TestDevice(CudaDevice.open(), cache);
    });
  }

  /** The same with attention by cuDNN in bf16; skipped, too, where there is no cuDNN. */
  static Backend openWithCudnn() {
    return orSkip(() -> {
      findCudnn();
      return CudaBackend.open(MathMode.BF16, AttentionKernels.CUDNN, Optional.empty(), _ -> {});
    });
  }

  /** The lower half beside a cuDNN; skipped, too, where there is none. */
  static TestDevice openDeviceWithCudnn(Path cache) {
    return orSkip(() -> {
      findCudnn();
      return new TestDevice(CudaDevice.open(), cache);
    });
  }

  /** Skips the running test without cuDNN, which nobody needs: where a GPU is demanded, too. */
  private static void findCudnn() {
    CudaLibraries libraries = CudaLibraries.load(Optional.empty());
    CudnnHandle.refusal(libraries.cuDnnVersion(), libraries.origin())
        .ifPresent(why -> skip("SKIPPED, no cuDNN: " + why));
  }

  private static <T> T orSkip(Supplier<T> opening) {
    try {
      return opening.get();
    } catch (NativeLibraryException | NoCudaDeviceException e) {
      if (DEMANDED) {
        throw e;
      }
      return skip("SKIPPED, no GPU: " + e.getMessage());
    }
  }

  private static <T> T skip(String reason) {
    if (SAID.add(reason)) {
      // Where it was looked for fills a screen, and stands in the report.
      System.out.println(reason.replaceFirst("; .*", ""));
    }
    return Assumptions.abort(reason);
  }

  /** Skips the running test where there is none. */
  public static void find() {
    open(MathMode.F32).close();
  }
}
