package dev.gatun.natives.cuda;

import dev.gatun.natives.LibraryReport;
import dev.gatun.natives.LibraryReport.Attempt;
import dev.gatun.natives.cuda.CudaPlaces.Place;
import dev.gatun.natives.cuda.CudaProbe.Sound;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a search for the CUDA family came to.
 *
 * @param steps every place that was looked into for the toolkit's libraries
 * @param attempts the same for each of these libraries
 * @param toolkit what can be loaded, if the driver can be used as well
 */
record CudaFinding(
    DriverSearch.Finding driver,
    List<Attempt> steps,
    Map<CudaLibrary, List<Attempt>> attempts,
    Optional<Toolkit> toolkit) {
  /**
   * Libraries of one release from one place that fit together, with the driver, in load order.
   *
   * @param libraries what is there of the family; all that Gatun calls are
   */
  record Toolkit(CudaRelease release, Place place, Map<CudaLibrary, Sound> libraries) {
    Toolkit {
      libraries = new TreeMap<>(libraries);
    }

    /** The release and where it was found, as in {@code CUDA 12 from CUDA_HOME}. */
    @Override
    public String toString() {
      var location = place.location().isEmpty() ? "" : " (" + place.location() + ")";
      return release + " from " + place.source() + location;
    }
  }

  private static final String LIBRARIES = "CUDA libraries";

  /** Why there is nothing to load, and how to fix it. */
  record Obstacle(String library, String problem, List<Attempt> tried) {}

  /** What keeps the family from being loaded; empty if nothing does. */
  Optional<Obstacle> obstacle() {
    var driverLabel = CudaLibrary.DRIVER.label();
    if (!driver.obstacle().isEmpty()) {
      return Optional.of(new Obstacle(driverLabel, driver.obstacle(), driver.attempts()));
    }
    return toolkit.isPresent()
        ? Optional.empty()
        : Optional.of(
            new Obstacle(
                LIBRARIES,
                "no place holds all of a release that this driver, %s, runs; name a folder of CUDA 12"
                        .formatted(driver.version())
                    + " or 13 with %s or %s, or run `make cuda-libraries`"
                        .formatted(CudaPlaces.OPTION, CudaPlaces.VARIABLE),
                steps));
  }

  /** The files to load, in order: the driver's, then the toolkit's. */
  List<Sound> inLoadOrder() {
    var libraries = new ArrayList<Sound>();
    libraries.add(driver.library().orElseThrow());
    libraries.addAll(toolkit.orElseThrow().libraries().values());
    return libraries;
  }

  /** One report for each library of the family. */
  List<LibraryReport> reports() {
    return Arrays.stream(CudaLibrary.values()).map(this::report).toList();
  }

  private LibraryReport report(CudaLibrary library) {
    var tried =
        library == CudaLibrary.DRIVER
            ? driver.attempts()
            : attempts.getOrDefault(library, List.of());
    var found =
        library == CudaLibrary.DRIVER
            ? driver.library()
            : toolkit.map(all -> all.libraries().get(library));
    return found
        .map(sound ->
            new LibraryReport(
                library.label(), tried, Optional.of(sound.file()), sound.version(), "", ""))
        .orElseGet(() -> LibraryReport.missing(library.label(), tried));
  }
}
