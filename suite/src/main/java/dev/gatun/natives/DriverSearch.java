package dev.gatun.natives;

import dev.gatun.natives.LibraryReport.Attempt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Looks for the library of the NVIDIA driver: in the folder that the user names for Gatun, by the
 * dynamic linker, in the folders where drivers put it. A toolkit has none, only a stub of one.
 */
final class DriverSearch {
  private static final CudaLibrary DRIVER = CudaLibrary.DRIVER;
  private static final CudaRelease OLDEST = CudaRelease.values()[CudaRelease.values().length - 1];
  private static final String NAME = DRIVER.name(OLDEST);
  private static final Pattern FULL_NAME = Pattern.compile("libcuda\\.so\\.(\\d+\\..+)");
  private static final String UPDATE = "update the NVIDIA driver";

  /**
   * What became of the search.
   *
   * @param driver the driver's library, too old or not
   * @param packageVersion the version by which NVIDIA names drivers, such as {@code 580.65.06};
   *     empty if the file's name does not tell
   * @param obstacle why Gatun cannot use it, and the mend; empty if it can
   */
  record Finding(
      List<Attempt> attempts,
      Optional<CudaProbe.Driver> driver,
      String packageVersion,
      String obstacle) {

    /** The releases that the driver runs; all of them for reports if there is no driver. */
    List<CudaRelease> releases() {
      return Arrays.stream(CudaRelease.values()).filter(this::runs).toList();
    }

    boolean runs(CudaRelease release) {
      return driver.isEmpty() || release.runsOn(driver.get().version());
    }

    /** The version as a message names it, such as {@code 12.4 (NVIDIA driver 550.54.14)}. */
    String version() {
      var stated = driver.map(found -> found.sound().version()).orElse("");
      return packageVersion.isEmpty() ? stated : stated + " (NVIDIA driver " + packageVersion + ")";
    }
  }

  private final CudaPlaces places;
  private final CudaProbe probe;
  private final List<Attempt> attempts = new ArrayList<>();

  DriverSearch(CudaPlaces places, CudaProbe probe) {
    this.places = places;
    this.probe = probe;
  }

  Finding find(CudaPlace named) {
    var driver = fromNamed(named).or(this::fromLinker).or(this::fromDriverFolders);
    if (driver.isEmpty()) {
      var problem =
          "not found, and %s needs %s; install the NVIDIA driver"
              .formatted(OLDEST, OLDEST.neededDriver());
      return new Finding(attempts, driver, "", problem);
    }
    var found = new Finding(attempts, driver, packageVersion(driver.get().sound().file()), "");
    return new Finding(attempts, driver, found.packageVersion(), obstacle(found));
  }

  private static String obstacle(Finding found) {
    if (!found.runs(OLDEST)) {
      return "version %s is too old: %s needs %s; %s"
          .formatted(found.version(), OLDEST, OLDEST.neededDriver(), UPDATE);
    }
    try {
      CudaProbe.requireFunctions(DRIVER, found.driver().orElseThrow().sound().symbols(), UPDATE);
      return "";
    } catch (UnusableLibraryException e) {
      return "version %s %s".formatted(found.version(), e.getMessage());
    }
  }

  private Optional<CudaProbe.Driver> fromNamed(CudaPlace named) {
    if (!(named instanceof CudaPlace.Folders place)) {
      return Optional.empty();
    }
    var file = DRIVER.in(place.folders(), OLDEST);
    if (file.isEmpty()) {
      attempts.add(new Attempt(place.source(), place.location(), "holds no " + NAME));
    }
    return file.flatMap(found -> open(place.source(), found.toString()));
  }

  private Optional<CudaProbe.Driver> fromLinker() {
    return open(new CudaPlace.Linker().source(), NAME);
  }

  private Optional<CudaProbe.Driver> fromDriverFolders() {
    var source = "driver folders";
    var file = DRIVER.in(places.ofDriver(), OLDEST);
    if (file.isEmpty()) {
      var folders = String.join(", ", places.ofDriver().stream().map(Path::toString).toList());
      attempts.add(new Attempt(source, folders, "hold no " + NAME));
    }
    return file.flatMap(found -> open(source, found.toString()));
  }

  private Optional<CudaProbe.Driver> open(String source, String location) {
    try {
      var driver = probe.openDriver(location);
      attempts.add(
          new Attempt(
              source,
              location,
              driver.isPresent()
                  ? "opens"
                  : "opens, but states no version: a stub to link against is no driver"));
      return driver;
    } catch (UnusableLibraryException e) {
      attempts.add(new Attempt(source, location, e.getMessage()));
      return Optional.empty();
    }
  }

  /** {@code libcuda.so.1} is a link to a file that is named by the driver's own version. */
  private static String packageVersion(Path file) {
    try {
      var name = (Files.exists(file) ? file.toRealPath() : file).getFileName().toString();
      var matcher = FULL_NAME.matcher(name);
      return matcher.matches() ? matcher.group(1) : "";
    } catch (IOException e) {
      throw new UncheckedIOException("cannot follow the link " + file, e);
    }
  }
}
