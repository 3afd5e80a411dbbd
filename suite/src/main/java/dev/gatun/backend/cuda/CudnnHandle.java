package dev.gatun.backend.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;

import dev.gatun.bindings.cudnn.CuDnn;
import dev.gatun.natives.NativeLibraryException;
import dev.gatun.natives.cuda.CudaLibraries;
import dev.gatun.natives.cuda.CudaStatus;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.Holding;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;

/** cuDNN on the backend's stream. */
final class CudnnHandle implements AutoCloseable {
  /**
   * Before it, a recorded backward pass of attention could read beyond its tensors (cuDNN's release
   * notes, 9.15.1).
   */
  static final String LEAST_VERSION = "9.15.1";

  private final Launcher launcher;
  private final MemorySegment handle;
  private final Holding holding;

  CudnnHandle(Launcher launcher) {
    this.launcher = launcher;
    MemorySegment stream = launcher.stream();
    try (var arena = Arena.ofConfined();
        var opened = new CloseStack()) {
      MemorySegment cell = arena.allocate(ADDRESS);
      CudaStatus.CUDNN.check(CuDnn.cudnnCreate(cell), "cudnnCreate");
      handle = cell.get(ADDRESS, 0);
      opened.own(() -> CuDnn.cudnnDestroy(handle));
      CudaStatus.CUDNN.check(CuDnn.cudnnSetStream(handle, stream), "cudnnSetStream");
      opened.keep();
    }
    holding = Holding.of("a cuDNN handle");
  }

  /**
   * Returns if cuDNN is there and new enough.
   *
   * @throws NativeLibraryException otherwise, saying how to get it
   */
  static void require(CudaLibraries libraries) {
    refusal(libraries.cuDnnVersion(), libraries.origin())
        .ifPresent(why -> {
          throw new NativeLibraryException("cuDNN", why);
        });
  }

  /** Why a cuDNN of this version, empty for none, cannot be used; empty if it can. */
  static Optional<String> refusal(Optional<String> version, String origin) {
    String remedy =
        "install %s or newer there (nvidia-cudnn-cu13), or leave out --attention cudnn"
            .formatted(LEAST_VERSION);
    if (version.isEmpty()) {
      return Optional.of("there is none beside %s; %s".formatted(origin, remedy));
    }
    return Arrays.compare(numbers(version.get()), numbers(LEAST_VERSION)) < 0
        ? Optional.of("%s beside %s is too old; %s".formatted(version.get(), origin, remedy))
        : Optional.empty();
  }

  /** A part that the library does not state counts as 0. */
  private static int[] numbers(String version) {
    return Arrays.stream(version.split("\\."))
        .mapToInt(part -> part.matches("\\d+") ? Integer.parseInt(part) : 0)
        .toArray();
  }

  /** The cudnnHandle_t, with the device made this thread's. */
  MemorySegment get() {
    launcher.stream();
    return handle;
  }

  @Override
  public void close() {
    holding.close();
    launcher.leftovers().count(CudaStatus.CUDNN, CuDnn.cudnnDestroy(get()), "cudnnDestroy");
  }
}
