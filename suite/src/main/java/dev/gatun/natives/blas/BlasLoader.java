package dev.gatun.natives.blas;

import dev.gatun.natives.CacheFolder;
import dev.gatun.natives.DynamicLinker;
import dev.gatun.natives.LibraryReport;
import dev.gatun.natives.LibraryReport.Attempt;
import dev.gatun.natives.NativeArchive;
import dev.gatun.natives.UnusableLibraryException;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Chooses one library with CBLAS and LAPACKE and loads it into the JVM. The first of these that is
 * given decides, and there is no falling back from one to the next: the option {@code --blas}, the
 * environment variable {@code GATUN_BLAS}, the OpenBLAS that comes with Gatun.
 *
 * <p>Libraries are loaded by {@link System#load}, for that is where generated code looks for its
 * symbols.
 */
final class BlasLoader {
  static final String LIBRARY = "BLAS";
  static final String OPTION = "--blas";
  static final String VARIABLE = "GATUN_BLAS";

  private static final String PROPERTIES = "/META-INF/maven/org.bytedeco/openblas/pom.properties";
  private static final String BUNDLED = "the OpenBLAS that comes with Gatun";
  private static final String ANOTHER =
      "name a library with CBLAS and LAPACKE with " + OPTION + " or " + VARIABLE;

  /**
   * What loading came to.
   *
   * @param entered whether a library, usable or not, is now part of the process: no other can
   *     follow it then, for symbols are looked up in the order of loading
   */
  record Result(LibraryReport report, boolean entered) {}

  private final UnaryOperator<String> environment;
  private final String osName;
  private final String osArch;
  private final DynamicLinker linker = new DynamicLinker();

  BlasLoader(UnaryOperator<String> environment, String osName, String osArch) {
    this.environment = environment;
    this.osName = osName;
    this.osArch = osArch;
  }

  /** A loader for this process and machine. */
  static BlasLoader ofThisMachine() {
    return new BlasLoader(
        System::getenv, System.getProperty("os.name"), System.getProperty("os.arch"));
  }

  Result load(Optional<Path> override) {
    if (override.isPresent()) {
      return loadNamed(OPTION, override.get());
    }
    var named = environment.apply(VARIABLE);
    if (named != null && !named.isBlank()) {
      return loadNamed(VARIABLE, Path.of(named));
    }
    return loadBundled();
  }

  private Result loadNamed(String source, Path file) {
    var absolute = file.toAbsolutePath().normalize();
    if (!Files.isRegularFile(absolute)) {
      var what = Files.isDirectory(absolute) ? "that is a folder" : "there is no such file";
      return failed(
          new Attempt(
              source,
              absolute.toString(),
              what
                  + "; name the file of a library with CBLAS and LAPACKE, or leave "
                  + source
                  + " out to use "
                  + BUNDLED));
    }
    return loadFiles(source, absolute);
  }

  private Result loadBundled() {
    var platform = OpenBlasPlatform.of(osName, osArch);
    if (platform.isEmpty()) {
      var machine = osName + " on " + osArch;
      return failed(
          new Attempt(BUNDLED, "", "none is published for %s; %s".formatted(machine, ANOTHER)));
    }
    return loadBundled(platform.get());
  }

  private Result loadBundled(OpenBlasPlatform platform) {
    var library = platform.resourceFolder() + platform.files().getLast();
    if (BlasLoader.class.getResource(library) == null) {
      return failed(
          new Attempt(
              BUNDLED,
              library,
              "not on the class path; add %s, or %s".formatted(platform.artifact(), ANOTHER)));
    }
    try {
      var version = NativeArchive.version(PROPERTIES);
      var folder =
          CacheFolder.of(environment, osName, Path.of(System.getProperty("user.home")))
              .resolve("openblas")
              .resolve(version + "-" + platform.classifier());
      var archive = NativeArchive.onClassPath(folder, platform.resourceFolder(), platform.files());
      return loadFiles(BUNDLED, archive.unpack().resolve(platform.files().getLast()));
    } catch (UnusableLibraryException e) {
      return failed(new Attempt(BUNDLED, library, e.getMessage()));
    }
  }

  private Result loadFiles(String source, Path library) {
    boolean entered = false;
    try {
      for (var dependency : dependenciesBeside(library)) {
        load(dependency);
      }
      load(library);
      entered = true;
      var symbols = SymbolLookup.loaderLookup();
      var probe = BlasProbe.of(symbols, library);
      if (!source.equals(BUNDLED)) {
        BlasSelfTest.run(symbols);
      }
      return new Result(
          new LibraryReport(
              probe.name(),
              List.of(new Attempt(source, library.toString(), "loaded")),
              Optional.of(library),
              probe.version(),
              probe.configuration(),
              probe.coreType()),
          true);
    } catch (UnusableLibraryException e) {
      var attempt = new Attempt(source, library.toString(), e.getMessage());
      return new Result(LibraryReport.missing(LIBRARY, List.of(attempt)), entered);
    }
  }

  /**
   * Opens the file with the dynamic linker first, for its words on failure: {@link System#load}
   * mixes them with warnings about a file that is no library.
   */
  private void load(Path file) throws UnusableLibraryException {
    var opened = linker.open(file.toString());
    if (opened.symbols().isEmpty()) {
      throw new UnusableLibraryException(opened.words());
    }
    DynamicLinker.load(file);
  }

  /** Fortran's run-time libraries, where they lie in the same folder as the library. */
  private List<Path> dependenciesBeside(Path library) {
    return OpenBlasPlatform.of(osName, osArch).stream()
        .flatMap(platform -> platform.files().stream().limit(platform.files().size() - 1L))
        .map(library::resolveSibling)
        .filter(Files::isRegularFile)
        .toList();
  }

  private static Result failed(Attempt attempt) {
    return new Result(LibraryReport.missing(LIBRARY, List.of(attempt)), false);
  }
}
