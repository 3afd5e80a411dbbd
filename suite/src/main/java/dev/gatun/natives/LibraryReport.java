package dev.gatun.natives;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What became of the search for one native library.
 *
 * @param name the library's name
 * @param attempts every place that was tried, in order
 * @param loaded the file in use, empty if there is none
 * @param version the version that the library states, empty if it states none or none is loaded
 * @param configuration how the library was built, in its own words, empty if it has none
 * @param coreType the processor that the library chose its kernels for, empty if it has none
 */
public record LibraryReport(
    String name,
    List<Attempt> attempts,
    Optional<Path> loaded,
    String version,
    String configuration,
    String coreType) {

  public LibraryReport {
    attempts = List.copyOf(attempts);
  }

  /** A report of a library that was not found or cannot be used. */
  public static LibraryReport missing(String name, List<Attempt> attempts) {
    return new LibraryReport(name, attempts, Optional.empty(), "", "", "");
  }

  /**
   * One place that was tried.
   *
   * @param source who named the place: an option, an environment variable, the dynamic linker
   * @param location the file, folder or name that was tried, empty if the source names none
   * @param outcome what came of it; on failure, in the dynamic linker's own words
   */
  public record Attempt(String source, String location, String outcome) {}
}
