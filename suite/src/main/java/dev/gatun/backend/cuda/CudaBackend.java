package dev.gatun.backend.cuda;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.Parts;
import dev.gatun.natives.cuda.CudaLibraries;
import dev.gatun.tensor.CloseStack;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * An NVIDIA GPU: cuBLAS and cuSOLVER for matrices, kernels compiled for the device at hand for
 * everything else, on one stream. Equal inputs give equal bytes on devices of one kind with the
 * same libraries.
 */
public final class CudaBackend {
  private CudaBackend() {}

  /** As {@link #open(MathMode, Optional)}, with the libraries that are found first. */
  public static Backend open(MathMode math) {
    return open(math, Optional.empty());
  }

  /** As {@link #open(MathMode, Optional, Consumer)}, without a word. */
  public static Backend open(MathMode math, Optional<Path> libraryFolder) {
    return open(math, libraryFolder, _ -> {});
  }

  /**
   * The first GPU that the driver shows; {@code CUDA_VISIBLE_DEVICES} chooses another.
   *
   * @param libraryFolder where the CUDA libraries are, or empty to look for them
   * @param notices takes what a user should know on the way, in lines: that kernels are compiled,
   *     which takes seconds
   * @throws dev.gatun.natives.NativeLibraryException if a library cannot be used
   * @throws NoCudaDeviceException if the driver shows no GPU
   */
  public static Backend open(
      MathMode math, Optional<Path> libraryFolder, Consumer<String> notices) {
    return open(math, AttentionKernels.GATUN, libraryFolder, notices);
  }

  /**
   * The same with attention by a library.
   *
   * @throws IllegalArgumentException if the library does not compute attention in this math mode
   */
  public static Backend open(
      MathMode math,
      AttentionKernels attention,
      Optional<Path> libraryFolder,
      Consumer<String> notices) {
    if (attention == AttentionKernels.CUDNN && math != MathMode.BF16) {
      throw new IllegalArgumentException(
          "--attention cudnn computes in bf16, not in %s; add --math bf16, or leave it out"
              .formatted(math.label()));
    }
    try (var opened = new CloseStack()) {
      CudaSession session =
          opened.own(new CudaSession(CudaLibraries.load(libraryFolder), math, attention, notices));
      var backend = new Backend(parts(session, math), session.guard());
      opened.keep();
      return backend;
    }
  }

  private static Parts parts(CudaSession session, MathMode math) {
    Launcher launcher = session.launcher();
    DeviceMemory memory = session.memory();
    var rounded = new RoundedOperands(launcher, memory);
    var products = new MatrixProducts(launcher, session.cublas(), math, rounded);
    return new Parts(
        session,
        memory,
        session.transfers(),
        new Vectors(launcher, memory, session.transfers()),
        new Columns(launcher),
        new Argmax(launcher),
        products,
        new GramProducts(launcher, memory, session.cublas()),
        new Lapack(launcher, memory, session.cublas(), session.cusolver()),
        new SingularValues(launcher, memory, session.cusolver()),
        new Embedding(launcher, memory),
        new Bias(launcher, memory),
        new LayerNorm(launcher, memory),
        new RmsNorm(launcher, memory),
        Optional.of(new ResidualStream(launcher, products)),
        new ElementwiseFunctions(launcher),
        new GatedActivation(launcher),
        new Rotary(launcher),
        session.attention(),
        new CrossEntropy(launcher, math, rounded),
        new AdamW(launcher, memory));
  }
}
