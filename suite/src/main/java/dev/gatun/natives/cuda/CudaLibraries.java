package dev.gatun.natives.cuda;

import dev.gatun.natives.DynamicLinker;
import dev.gatun.natives.LibraryReport;
import dev.gatun.natives.LibraryReport.Attempt;
import dev.gatun.natives.NativeLibraryException;
import dev.gatun.natives.UnusableLibraryException;
import dev.gatun.natives.cuda.CudaProbe.Sound;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The CUDA libraries of this JVM: the driver, and the libraries of one release, CUDA 12 or 13, all
 * from one place. Call {@link #load} before anything touches the bindings of the driver, NVRTC,
 * cuBLAS or cuSOLVER.
 */
public final class CudaLibraries {
  /**
   * What this machine has for {@code --device cuda}.
   *
   * @param steps every place that was looked into for the CUDA libraries, in order
   * @param libraries one report for each library of the family
   * @param usable whether {@code --device cuda} will work
   * @param verdict the same as one sentence that says why, or why not and how to fix it
   */
  public record Report(
      List<Attempt> steps, List<LibraryReport> libraries, boolean usable, String verdict) {
    public Report {
      steps = List.copyOf(steps);
      libraries = List.copyOf(libraries);
    }
  }

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
  private static void load(Sound library) {
    try {
      DynamicLinker.load(library.file());
    } catch (UnusableLibraryException e) {
      throw new NativeLibraryException(library.library().label(), e.getMessage(), e);
    }
  }

  private boolean isFrom(Path folder) {
    try {
      var place = finding.toolkit().orElseThrow().place();
      return !place.location().isEmpty() && Files.isSameFile(Path.of(place.location()), folder);
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Looks for the libraries and tells what it found. They are only opened and asked, not loaded for
   * use.
   *
   * @param folder the folder to take them from, as given with {@code --cuda-libraries}
   */
  public static Report report(Optional<Path> folder) {
    return report(CudaSearch.ofThisMachine(folder).find(), new CudaProbe(new DynamicLinker()));
  }

  static Report report(CudaFinding finding, CudaProbe probe) {
    var obstacle = finding.obstacle();
    if (obstacle.isPresent()) {
      return unusable(finding, obstacle.get().library() + ": " + obstacle.get().problem());
    }
    try {
      int gpus = probe.devices(finding.driver().library().orElseThrow().symbols());
      return gpus > 0
          ? usable(finding, gpus)
          : unusable(finding, "the driver shows no GPU; see CUDA_VISIBLE_DEVICES and nvidia-smi");
    } catch (UnusableLibraryException e) {
      return unusable(
          finding, "the driver does not start: %s; see nvidia-smi".formatted(e.getMessage()));
    }
  }

  private static Report usable(CudaFinding finding, int gpus) {
    var verdict =
        "--device cuda will work: %s, driver %s, %s"
            .formatted(
                finding.toolkit().orElseThrow(),
                finding.driver().version(),
                gpus == 1 ? "1 GPU" : gpus + " GPUs");
    return new Report(finding.steps(), finding.reports(), true, verdict);
  }

  private static Report unusable(CudaFinding finding, String why) {
    return new Report(
        finding.steps(), finding.reports(), false, "--device cuda will not work: " + why);
  }

  /** Where they are from, such as {@code CUDA 12 from CUDA_HOME (/usr/local/cuda)}. */
  public String origin() {
    return finding.toolkit().orElseThrow().toString();
  }

  /** The version of cuDNN, such as {@code 9.24.0}; empty where there is none beside the others. */
  public Optional<String> cuDnnVersion() {
    return Optional.ofNullable(versions().get(CudaLibrary.CUDNN.label()));
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
