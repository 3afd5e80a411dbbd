package dev.gatun.natives.blas;

import dev.gatun.natives.LibraryReport;
import dev.gatun.natives.LibraryReport.Attempt;
import dev.gatun.natives.NativeLibraryException;
import java.io.IOException;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The library of this JVM with CBLAS and LAPACKE, each of whose calls takes one thread: OpenBLAS
 * 0.3.20 or newer, MKL, BLIS with a LAPACKE, or another. Call {@link #load()} before anything
 * touches {@code dev.gatun.bindings.openblas}.
 */
public final class BlasLibrary {
  /** The name of a library whose maker is unknown. */
  public static final String UNKNOWN = "BLAS";

  // A native library belongs to the process, and so does the knowledge that it is there.
  private static BlasLibrary loaded;
  private static LibraryReport settled;

  private final LibraryReport report;

  private BlasLibrary(LibraryReport report) {
    this.report = report;
  }

  /**
   * Loads the library that {@code GATUN_BLAS} names, or the OpenBLAS that comes with Gatun; returns
   * the one in use if there is one already.
   *
   * @throws NativeLibraryException if it cannot be used
   */
  public static BlasLibrary load() {
    return load(Optional.empty());
  }

  /**
   * Loads the given library, or the usual one if none is given.
   *
   * @param override the library file, as given with {@code --blas}
   * @throws NativeLibraryException if it cannot be used, or if another one is in use already
   */
  public static synchronized BlasLibrary load(Optional<Path> override) {
    var report = report(override);
    if (report.loaded().isEmpty()) {
      throw NativeLibraryException.of(report);
    }
    if (loaded == null) {
      loaded = new BlasLibrary(report);
    }
    return loaded;
  }

  /**
   * Loads the given library, or the usual one, if none is loaded, and tells what came of it instead
   * of throwing.
   *
   * @param override the library file, as given with {@code --blas}
   */
  public static synchronized LibraryReport report(Optional<Path> override) {
    if (settled == null) {
      var result = BlasLoader.ofThisMachine().load(override);
      if (result.entered()) {
        settled = result.report();
      }
      return result.report();
    }
    if (override.isPresent() && !names(settled, override.get())) {
      return LibraryReport.missing(
          BlasLoader.LIBRARY,
          List.of(
              new Attempt(
                  BlasLoader.OPTION,
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

  /** Who made it: {@code OpenBLAS}, {@code MKL}, {@code BLIS}, or {@link #UNKNOWN}. */
  public String name() {
    return report.name();
  }

  /** The version, such as {@code 0.3.31}, or {@code unknown}. */
  public String version() {
    return report.version();
  }

  /** How it was built and set, empty if nobody knows. */
  public String configuration() {
    return report.configuration();
  }

  /** The processor family of its kernels, such as {@code Zen}, empty if nobody knows. */
  public String coreType() {
    return report.coreType();
  }

  /**
   * Whether an element of a product has the same bits when fewer rows are computed with it. So it
   * is for OpenBLAS, by test, and for MKL in its strict mode, by its manual.
   */
  public boolean keepsBitsWhenRowsAreCut() {
    return report.name().equals(BlasProbe.OPENBLAS)
        || report.configuration().endsWith(BlasProbe.STRICT);
  }

  /**
   * Sets how many threads each call may take. It is one, except while the library itself is
   * measured. For a library whose maker is {@link #UNKNOWN} this changes nothing.
   */
  public void setThreads(int threads) {
    BlasProbe.setThreads(SymbolLookup.loaderLookup(), threads);
  }

  public Path file() {
    return report.loaded().orElseThrow();
  }
}
