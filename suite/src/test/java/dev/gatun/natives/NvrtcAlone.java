package dev.gatun.natives;

import java.nio.file.Path;
import java.util.Optional;

/**
 * NVRTC from the places where Gatun looks for the CUDA libraries, without the rest of them: it
 * compiles on machines with no GPU and no driver.
 */
public final class NvrtcAlone {
  private NvrtcAlone() {}

  /** Loads the first that is found for the bindings; says which, such as {@code 13.0 (file)}. */
  public static Optional<String> load() {
    for (CudaPlace place : CudaPlaces.ofThisMachine().ofToolkit(Optional.empty())) {
      for (CudaRelease release : CudaRelease.values()) {
        Optional<String> found = loadFrom(place, release);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<String> loadFrom(CudaPlace place, CudaRelease release) {
    Optional<String> location =
        switch (place) {
          case CudaPlace.Unset _, CudaPlace.Unsafe _ -> Optional.empty();
          case CudaPlace.Linker _ -> Optional.of(CudaLibrary.NVRTC.name(release));
          case CudaPlace.Folders folders -> file(CudaLibrary.NVRTC, folders, release);
        };
    if (location.isEmpty()) {
      return Optional.empty();
    }
    try {
      var probe = new CudaProbe(new DynamicLinker());
      var nvrtc = probe.open(CudaLibrary.NVRTC, release, location.get());
      if (place instanceof CudaPlace.Folders folders) {
        file(CudaLibrary.NVRTC_BUILTINS, folders, release).ifPresent(NvrtcAlone::load);
      }
      load(nvrtc.file().toString());
      return Optional.of(nvrtc.version() + " (" + nvrtc.file() + ")");
    } catch (UnusableLibraryException _) {
      return Optional.empty(); // The next place may have one that can be used.
    }
  }

  private static Optional<String> file(
      CudaLibrary library, CudaPlace.Folders folders, CudaRelease release) {
    return library.in(folders.foldersOf(release), release).map(Path::toString);
  }

  @SuppressWarnings("restricted")
  private static void load(String file) {
    System.load(file);
  }
}
