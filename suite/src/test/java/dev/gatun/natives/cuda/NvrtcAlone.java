package dev.gatun.natives.cuda;

import dev.gatun.natives.DynamicLinker;
import dev.gatun.natives.UnusableLibraryException;
import dev.gatun.natives.cuda.CudaPlaces.Place;
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
    for (Place place : CudaPlaces.ofThisMachine().ofToolkit(Optional.empty())) {
      for (CudaRelease release : CudaRelease.values()) {
        Optional<String> found = loadFrom(place, release);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<String> loadFrom(Place place, CudaRelease release) {
    Optional<String> location =
        place.equals(Place.LINKER)
            ? Optional.of(CudaLibrary.NVRTC.name(release))
            : file(CudaLibrary.NVRTC, place, release);
    if (!place.fault().isEmpty() || location.isEmpty()) {
      return Optional.empty();
    }
    try {
      var probe = new CudaProbe(new DynamicLinker());
      var nvrtc = probe.open(CudaLibrary.NVRTC, release, location.get());
      var builtins = file(CudaLibrary.NVRTC_BUILTINS, place, release);
      if (builtins.isPresent()) {
        DynamicLinker.load(Path.of(builtins.get()));
      }
      DynamicLinker.load(nvrtc.file());
      return Optional.of(nvrtc.version() + " (" + nvrtc.file() + ")");
    } catch (UnusableLibraryException _) {
      return Optional.empty(); // The next place may have one that can be used.
    }
  }

  private static Optional<String> file(CudaLibrary library, Place place, CudaRelease release) {
    return library.in(place.foldersOf(release), release).map(Path::toString);
  }
}
