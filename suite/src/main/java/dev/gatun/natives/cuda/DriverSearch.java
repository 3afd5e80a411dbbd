package dev.gatun.natives.cuda;

import dev.gatun.natives.LibraryReport.Attempt;
import dev.gatun.natives.UnusableLibraryException;
import dev.gatun.natives.cuda.CudaPlaces.Place;
import dev.gatun.natives.cuda.CudaProbe.Sound;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
   * @param library of the driver, too old or not
   * @param packageVersion the version by which NVIDIA names drivers, such as {@code 580.65.06};
   *     empty if the file's name does not tell
   * @param obstacle why Gatun cannot use it, and how to fix it; empty if it can
   */
  record Finding(
      List<Attempt> attempts, Optional<Sound> library, String packageVersion, String obstacle) {

    /** Whether the driver runs a release; for reports, any of them if there is no driver. */
    boolean runs(CudaRelease release) {
      return library.isEmpty() || release.runsOn(library.get().version());
    }

    /** The version as a message names it, such as {@code 12.4 (NVIDIA driver 550.54.14)}. */
    String version() {
      var stated = library.map(Sound::version).orElse("");
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

  Finding find(Place named) {
    var driver = fromNamed(named).or(this::fromLinker).or(this::fromDriverFolders);
    if (driver.isEmpty()) {
      var problem =
          "not found, and %s needs %s; install the NVIDIA driver"
              .formatted(OLDEST, OLDEST.neededDriver());
      return new Finding(attempts, driver, "", problem);
    }
    var found = new Finding(attempts, driver, packageVersion(driver.get().file()), "");
    return new Finding(attempts, driver, found.packageVersion(), obstacle(found));
  }

  private static String obstacle(Finding found) {
    if (!found.runs(OLDEST)) {
      return "version %s is too old: %s needs %s; %s"
          .formatted(found.version(), OLDEST, OLDEST.neededDriver(), UPDATE);
    }
    try {
      CudaProbe.requireFunctions(DRIVER, found.library().orElseThrow().symbols(), UPDATE);
      return "";
    } catch (UnusableLibraryException e) {
      return "version %s %s".formatted(found.version(), e.getMessage());
    }
  }

  private Optional<Sound> fromNamed(Place named) {
    if (!named.fault().isEmpty()) {
      return Optional.empty();
    }
    var file = DRIVER.in(named.folders(), OLDEST);
    if (file.isEmpty()) {
      attempts.add(new Attempt(named.source(), named.location(), "holds no " + NAME));
    }
    return file.flatMap(found -> open(named.source(), found.toString()));
  }

  private Optional<Sound> fromLinker() {
    return open(Place.LINKER.source(), NAME);
  }

  private Optional<Sound> fromDriverFolders() {
    var source = "driver folders";
    var file = DRIVER.in(places.ofDriver(), OLDEST);
    if (file.isEmpty()) {
      var folders = String.join(", ", places.ofDriver().stream().map(Path::toString).toList());
      attempts.add(new Attempt(source, folders, "hold no " + NAME));
    }
    return file.flatMap(found -> open(source, found.toString()));
  }

  private Optional<Sound> open(String source, String location) {
    try {
      var driver = probe.openDriver(location);
      attempts.add(new Attempt(source, location, "opens"));
      return Optional.of(driver);
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
