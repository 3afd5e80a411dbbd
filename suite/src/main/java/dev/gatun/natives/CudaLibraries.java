package dev.gatun.natives;

import dev.gatun.natives.CudaProbe.Sound;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The CUDA libraries of this JVM: the driver, and the libraries of one release, CUDA 12 or 13, all
 * from one place. Call {@link #load} before anything touches the bindings of the driver, NVRTC,
 * cuBLAS or cuSOLVER.
 */
public final class CudaLibraries {
  // A native library belongs to the process, and so does the knowledge that it is there.
  private static CudaLibraries loaded;

  private final CudaFinding finding;

  private CudaLibraries(CudaFinding finding) {
    this.finding = finding;
  }

  /**
   * Loads the CUDA libraries that are found first; returns those in use if there are some already.
   *
   * @param folder the folder to take them from, as given with {@code --cuda-libraries}: a toolkit,
   *     a folder of libraries, or one of NVIDIA's Python packages
   * @throws NativeLibraryException if the driver is missing or too old, if no place holds all that
   *     is needed, or if libraries from another folder are in use already
   */
  public static synchronized CudaLibraries load(Optional<Path> folder) {
    if (loaded == null) {
      var finding = CudaSearch.ofThisMachine(folder).find();
      var obstacle = finding.obstacle();
      if (obstacle.isPresent()) {
        var why = obstacle.get();
        throw NativeLibraryException.of(why.library(), why.problem(), why.tried());
      }
      finding.inLoadOrder().forEach(CudaLibraries::load);
      loaded = new CudaLibraries(finding);
    } else if (folder.isPresent() && !loaded.isFrom(folder.get())) {
      throw new NativeLibraryException(
          "CUDA libraries",
          "this process uses %s already; choose %s before their first use"
              .formatted(loaded.origin(), folder.get()));
    }
    return loaded;
  }

  /** Where generated code looks for symbols; the dynamic linker has opened the file already. */
  @SuppressWarnings("restricted")
  private static void load(Sound library) {
    try {
      System.load(library.file().toString());
    } catch (UnsatisfiedLinkError e) {
      throw new NativeLibraryException(library.library().label(), e.getMessage(), e);
    }
  }

  private boolean isFrom(Path folder) {
    try {
      var place = finding.set().orElseThrow().place();
      return !place.location().isEmpty() && Files.isSameFile(Path.of(place.location()), folder);
    } catch (IOException e) {
      return false;
    }
  }

  /** Looks for the libraries and says what it found; loads none. */
  static CudaReport inspect(Optional<Path> folder) {
    return CudaReport.of(
        CudaSearch.ofThisMachine(folder).find(), new CudaProbe(new DynamicLinker()));
  }

  /** Where they are from, such as {@code CUDA 12 from CUDA_HOME (/usr/local/cuda)}. */
  public String origin() {
    return finding.set().orElseThrow().toString();
  }

  /** The version that each library states, by the library's name, for provenance. */
  public Map<String, String> versions() {
    var versions = new LinkedHashMap<String, String>();
    if (!finding.driver().packageVersion().isEmpty()) {
      versions.put("NVIDIA driver", finding.driver().packageVersion());
    }
    for (var library : finding.inLoadOrder()) {
      if (!library.version().isEmpty()) {
        versions.put(library.library().label(), library.version());
      }
    }
    return versions;
  }
}
