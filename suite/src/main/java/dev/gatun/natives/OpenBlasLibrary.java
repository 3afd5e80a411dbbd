package dev.gatun.natives;

import dev.gatun.natives.LibraryReport.Attempt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The OpenBLAS of this JVM: LAPACKE included, at least version 0.3.20, set to one thread. Call
 * {@link #load()} before anything touches {@code dev.gatun.bindings.openblas}.
 */
public final class OpenBlasLibrary {
  // A native library belongs to the process, and so does the knowledge that it is there.
  private static OpenBlasLibrary loaded;
  private static LibraryReport settled;

  private final LibraryReport report;

  private OpenBlasLibrary(LibraryReport report) {
    this.report = report;
  }

  /**
   * Loads the OpenBLAS that {@code GATUN_OPENBLAS} names, or the one that comes with Gatun; returns
   * the one in use if there is one already.
   *
   * @throws NativeLibraryException if it cannot be used
   */
  public static OpenBlasLibrary load() {
    return load(Optional.empty());
  }

  /**
   * Loads the given OpenBLAS, or the usual one if none is given.
   *
   * @param override the library file, as given with {@code --openblas}
   * @throws NativeLibraryException if it cannot be used, or if another one is in use already
   */
  public static synchronized OpenBlasLibrary load(Optional<Path> override) {
    var report = report(override);
    if (report.loaded().isEmpty()) {
      throw NativeLibraryException.of(report);
    }
    if (loaded == null) {
      loaded = new OpenBlasLibrary(report);
    }
    return loaded;
  }

  /** Loads OpenBLAS if none is loaded, and tells what came of it instead of throwing. */
  static synchronized LibraryReport report(Optional<Path> override) {
    if (settled == null) {
      var result = OpenBlasLoader.ofThisMachine().load(override);
      if (result.entered()) {
        settled = result.report();
      }
      return result.report();
    }
    if (override.isPresent() && !names(settled, override.get())) {
      return LibraryReport.missing(
          OpenBlasLoader.LIBRARY,
          List.of(
              new Attempt(
                  OpenBlasLoader.OPTION,
                  override.get().toString(),
                  "this process has opened %s already; choose the library before its first use"
                      .formatted(settled.attempts().getLast().location()))));
    }
    return settled;
  }

  private static boolean names(LibraryReport report, Path file) {
    try {
      return Files.isSameFile(Path.of(report.attempts().getLast().location()), file);
    } catch (IOException e) {
      return false;
    }
  }

  /** The version, such as {@code 0.3.31}. */
  public String version() {
    return report.version();
  }

  /** How it was built, as it says itself. */
  public String configuration() {
    return report.configuration();
  }

  /** The processor family that it chose its kernels for, such as {@code Zen}. */
  public String coreType() {
    return report.coreType();
  }

  /** The file in use. */
  public Path file() {
    return report.loaded().orElseThrow();
  }
}
