package dev.gatun.natives.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.gatun.natives.BoundFunctions;
import dev.gatun.natives.LibraryOpener;
import dev.gatun.natives.NativeCall;
import dev.gatun.natives.UnusableLibraryException;
import dev.gatun.natives.cuda.CudaLibrary.VersionQuery;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Opens one library of the CUDA family and asks it whether it can serve: what it says its version
 * is, and whether every function that Gatun calls is there.
 */
final class CudaProbe {
  /** What stands for a part of the version that the library answers with an error. */
  private static final String UNSTATED = "?";

  private final LibraryOpener opener;

  CudaProbe(LibraryOpener opener) {
    this.opener = opener;
  }

  /**
   * A library that can be used.
   *
   * @param version as it states it, such as {@code 12.6.4}; empty if it states none
   */
  record Sound(CudaLibrary library, Path file, String version, SymbolLookup symbols) {}

  /**
   * Opens a library of the toolkit.
   *
   * @param location its absolute path, or its name for the dynamic linker
   */
  Sound open(CudaLibrary library, CudaRelease release, String location)
      throws UnusableLibraryException {
    var symbols = symbols(location);
    if (library.versionQuery() == VersionQuery.NONE) {
      return new Sound(library, Path.of(location), "", symbols);
    }
    var function = versionFunction(library, symbols);
    var version = version(library, function);
    int expected = library.majorVersion(release);
    if (!version.startsWith(expected + ".")) {
      throw new UnusableLibraryException(
          "states version \"%s\", and %s of %s has %s.x; give the file its own name"
              .formatted(version, library.label(), release, expected));
    }
    requireFunctions(library, symbols, "install all of " + release);
    if (library == CudaLibrary.CUDNN) {
      requireRelease(symbols, release);
    }
    return new Sound(library, file(function, location), version, symbols);
  }

  /** Opens the driver's library, which must not be the stub that toolkits have to link against. */
  Sound openDriver(String location) throws UnusableLibraryException {
    var library = CudaLibrary.DRIVER;
    var symbols = symbols(location);
    var function = versionFunction(library, symbols);
    var version = version(library, function);
    if (version.equals(UNSTATED)) {
      throw new UnusableLibraryException(
          "opens, but states no version: a stub to link against is no driver");
    }
    return new Sound(library, file(function, location), version, symbols);
  }

  /**
   * Starts the driver and counts the GPUs that it shows.
   *
   * @throws UnusableLibraryException in the driver's words if it does not start
   */
  int devices(SymbolLookup driver) throws UnusableLibraryException {
    try (var arena = Arena.ofConfined()) {
      requireSuccess(driver, "cuInit", NativeCall.status(driver.findOrThrow("cuInit"), 0), arena);
      var count = arena.allocate(JAVA_INT);
      int status = NativeCall.status(driver.findOrThrow("cuDeviceGetCount"), count);
      requireSuccess(driver, "cuDeviceGetCount", status, arena);
      return count.get(JAVA_INT, 0);
    }
  }

  private static void requireSuccess(SymbolLookup driver, String call, int status, Arena arena)
      throws UnusableLibraryException {
    if (status != 0) {
      var name = arena.allocate(ADDRESS);
      NativeCall.status(driver.findOrThrow("cuGetErrorName"), status, name);
      throw new UnusableLibraryException(
          "%s returned %s (%s)".formatted(call, status, NativeCall.stringAt(name)));
    }
  }

  private SymbolLookup symbols(String location) throws UnusableLibraryException {
    var opened = opener.open(location);
    if (opened.symbols().isEmpty()) {
      throw new UnusableLibraryException(opened.words());
    }
    return opened.symbols().get();
  }

  private static MemorySegment versionFunction(CudaLibrary library, SymbolLookup symbols)
      throws UnusableLibraryException {
    var function = symbols.find(library.versionFunction());
    if (function.isEmpty()) {
      throw new UnusableLibraryException(
          "opens, but has no symbol %s: it is no %s"
              .formatted(library.versionFunction(), library.label()));
    }
    return function.get();
  }

  private Path file(MemorySegment function, String location) {
    var file = Path.of(location);
    return file.isAbsolute() ? file : opener.fileOf(function).orElse(file);
  }

  /** Throws if the library lacks a function that Gatun calls, naming it and how to fix it. */
  static void requireFunctions(CudaLibrary library, SymbolLookup symbols, String remedy)
      throws UnusableLibraryException {
    var missing = BoundFunctions.missing(library.boundFunctions(), symbols);
    if (!missing.isEmpty()) {
      throw new UnusableLibraryException(
          "lacks %s; %s".formatted(BoundFunctions.abbreviated(missing), remedy));
    }
  }

  /** cuDNN's name does not tell the releases of CUDA apart, but it knows its own. */
  private static void requireRelease(SymbolLookup cuDnn, CudaRelease release)
      throws UnusableLibraryException {
    var function = cuDnn.find("cudnnGetCudartVersion");
    if (function.isPresent() && NativeCall.size(function.get()) / 1000 != release.major()) {
      throw new UnusableLibraryException("is built for another release than " + release);
    }
  }

  /** The version that the library states. */
  private static String version(CudaLibrary library, MemorySegment function) {
    try (var arena = Arena.ofConfined()) {
      var major = arena.allocate(JAVA_INT);
      var minor = arena.allocate(JAVA_INT);
      return switch (library.versionQuery()) {
        case NONE -> "";
        case THOUSANDS ->
            NativeCall.status(function, major) == 0 ? dotted(major.get(JAVA_INT, 0)) : UNSTATED;
        case MAJOR_MINOR ->
            NativeCall.status(function, major, minor) == 0
                ? major.get(JAVA_INT, 0) + "." + minor.get(JAVA_INT, 0)
                : UNSTATED;
        case PROPERTY ->
            IntStream.range(0, 3)
                .mapToObj(property ->
                    NativeCall.status(function, property, major) == 0
                        ? Integer.toString(major.get(JAVA_INT, 0))
                        : UNSTATED)
                .collect(Collectors.joining("."));
      };
    }
  }

  private static String dotted(int thousands) {
    return thousands / 1000 + "." + thousands % 1000 / 10;
  }
}
