package dev.gatun.natives;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a loaded library says of itself, once it has turned out to be an OpenBLAS that the bindings
 * can call. It makes its own handles and leaves the generated classes alone, for a generated
 * function that is touched while its symbol is absent stays broken.
 *
 * @param version such as {@code 0.3.31}
 * @param configuration as {@code openblas_get_config} gives it
 * @param coreType the processor family of the kernels in use, such as {@code Zen}
 */
record OpenBlasProbe(String version, String configuration, String coreType) {
  private static final int[] OLDEST = {0, 3, 20};
  private static final Pattern VERSION = Pattern.compile("OpenBLAS (\\d+)\\.(\\d+)\\.(\\d+)\\S*");

  /** Checks the library behind {@code symbols} and sets it to one thread. */
  static OpenBlasProbe of(SymbolLookup symbols) throws UnusableLibraryException {
    requireControls(symbols);
    var configuration = text(symbols, "openblas_get_config");
    var version = supportedVersion(configuration);
    if (configuration.contains("USE64BITINT")) {
      throw new UnusableLibraryException(
          "it is built with 64-bit integers (USE64BITINT) and the bindings pass 32-bit ones; name"
              + " an LP64 build of OpenBLAS");
    }
    requireFunctions(symbols);
    // Gatun splits products over its own threads; OpenBLAS' would fight them for the cores.
    setThreads(symbols, 1);
    return new OpenBlasProbe(version, configuration, text(symbols, "openblas_get_corename"));
  }

  private static void requireControls(SymbolLookup symbols) throws UnusableLibraryException {
    var controls =
        List.of("openblas_get_config", "openblas_get_corename", "openblas_set_num_threads");
    for (var name : BoundFunctions.missing(controls, symbols)) {
      throw new UnusableLibraryException(
          "it is not an OpenBLAS (no symbol " + name + "); name a libopenblas");
    }
  }

  private static String supportedVersion(String configuration) throws UnusableLibraryException {
    var matcher = VERSION.matcher(configuration);
    if (!matcher.find()) {
      throw new UnusableLibraryException(
          "it states no version (\"%s\"); OpenBLAS %s or newer is needed"
              .formatted(configuration, dotted(OLDEST)));
    }
    var version = new int[OLDEST.length];
    for (int i = 0; i < version.length; i++) {
      version[i] = Integer.parseInt(matcher.group(i + 1));
    }
    if (Arrays.compare(version, OLDEST) < 0) {
      throw new UnusableLibraryException(
          "it is OpenBLAS %s; %s or newer is needed".formatted(dotted(version), dotted(OLDEST)));
    }
    return dotted(version);
  }

  private static String dotted(int[] version) {
    return version[0] + "." + version[1] + "." + version[2];
  }

  private static void requireFunctions(SymbolLookup symbols) throws UnusableLibraryException {
    var bound = BoundFunctions.of("openblas");
    var missing = BoundFunctions.missing(bound, symbols);
    if (missing.isEmpty()) {
      return;
    }
    if (missing.equals(bound.stream().filter(name -> name.startsWith("LAPACKE_")).toList())) {
      throw new UnusableLibraryException(
          "it has no LAPACKE (no %s): Debian and Ubuntu build LAPACKE apart from their libopenblas;"
                  .formatted(BoundFunctions.abbreviated(missing))
              + " name an OpenBLAS built with LAPACKE, or use the one that comes with Gatun");
    }
    throw new UnusableLibraryException(
        "it lacks %s; name a complete build of OpenBLAS"
            .formatted(BoundFunctions.abbreviated(missing)));
  }

  @SuppressWarnings("restricted")
  private static String text(SymbolLookup symbols, String function) {
    var handle =
        Linker.nativeLinker()
            .downcallHandle(symbols.findOrThrow(function), FunctionDescriptor.of(ADDRESS));
    try {
      var address = (MemorySegment) handle.invokeExact();
      return address.equals(MemorySegment.NULL)
          ? ""
          : address.reinterpret(Long.MAX_VALUE).getString(0).strip();
    } catch (Throwable e) {
      throw new IllegalStateException(function + " failed", e);
    }
  }

  @SuppressWarnings("restricted")
  private static void setThreads(SymbolLookup symbols, int threads) {
    var function = "openblas_set_num_threads";
    var handle =
        Linker.nativeLinker()
            .downcallHandle(symbols.findOrThrow(function), FunctionDescriptor.ofVoid(JAVA_INT));
    try {
      handle.invokeExact(threads);
    } catch (Throwable e) {
      throw new IllegalStateException(function + " failed", e);
    }
  }
}
