package dev.gatun.natives.blas;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.gatun.natives.BoundFunctions;
import dev.gatun.natives.NativeCall;
import dev.gatun.natives.UnusableLibraryException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What a loaded library says of itself, once it has turned out to have the functions of CBLAS and
 * LAPACKE that the bindings call. Gatun splits products over its own threads; those of a library
 * would fight them for the cores, and so OpenBLAS, MKL and BLIS are set to one.
 *
 * @param name who made it: {@code OpenBLAS}, {@code MKL}, {@code BLIS}, or {@link
 *     BlasLibrary#UNKNOWN}
 * @param version such as {@code 0.3.31}, or {@code unknown}
 * @param configuration how it was built and set, empty if nobody knows
 * @param coreType the processor family of the kernels in use, such as {@code Zen}, empty if nobody
 *     knows
 */
record BlasProbe(String name, String version, String configuration, String coreType) {
  static final String OPENBLAS = "OpenBLAS";

  /** The end of MKL's configuration in its strict mode. */
  static final String STRICT = "MKL_CBWR STRICT";

  private static final int[] OLDEST_OPENBLAS = {0, 3, 20};
  private static final Pattern OPENBLAS_VERSION =
      Pattern.compile("OpenBLAS (\\d+)\\.(\\d+)\\.(\\d+)\\S*");
  private static final Pattern MKL_VERSION = Pattern.compile("Version (\\d[\\w.]*)");

  private static final String BLIS_SET_THREADS = "bli_thread_set_num_threads";
  private static final String UNLIMITED = "maker unknown, threads not limited by Gatun";

  /** Constants of {@code mkl_types.h} and {@code mkl_service.h}. */
  private static final int MKL_INTERFACE_LP64 = 0;

  private static final int MKL_CBWR_BRANCH = 1;
  private static final int MKL_CBWR_AUTO = 2;
  private static final int MKL_CBWR_STRICT = 0x10000;
  private static final Map<Integer, String> MKL_BRANCHES =
      Map.of(
          3,
          "COMPATIBLE",
          4,
          "SSE2",
          6,
          "SSSE3",
          7,
          "SSE4_1",
          8,
          "SSE4_2",
          9,
          "AVX",
          10,
          "AVX2",
          12,
          "AVX512",
          14,
          "AVX512_E1");

  /** The ways of MKL to have threads, each with its constant. */
  private enum MklLayer {
    INTEL(0),
    SEQUENTIAL(1),
    GNU(3);

    private final int constant;

    MklLayer(int constant) {
      this.constant = constant;
    }

    /** MKL ends the process if it does not find the file of the layer that it is told to use. */
    static MklLayer of(Path library) throws UnusableLibraryException {
      if (liesBeside(library, "libmkl_sequential.*")) {
        return SEQUENTIAL;
      }
      if (liesBeside(library, "libiomp5.*") && liesBeside(library, "libmkl_intel_thread.*")) {
        return INTEL;
      }
      if (liesBeside(library, "libmkl_gnu_thread.*")) {
        return GNU;
      }
      throw new UnusableLibraryException(
          "it has no threading layer beside it; keep libmkl_sequential, libmkl_gnu_thread or"
              + " libmkl_intel_thread with libiomp5 in its folder");
    }

    private static boolean liesBeside(Path library, String pattern) {
      try (DirectoryStream<Path> found =
          Files.newDirectoryStream(library.toRealPath().getParent(), pattern)) {
        return found.iterator().hasNext();
      } catch (IOException e) {
        return false;
      }
    }
  }

  /**
   * Checks the library behind {@code symbols} and sets it to one thread.
   *
   * @param file where the library lies
   */
  static BlasProbe of(SymbolLookup symbols, Path file) throws UnusableLibraryException {
    requireFunctions(symbols);
    if (symbols.find("openblas_get_config").isPresent()) {
      return openBlas(symbols);
    }
    if (symbols.find("MKL_Get_Version_String").isPresent()) {
      return mkl(symbols, file);
    }
    if (symbols.find("bli_info_get_version_str").isPresent()) {
      return blis(symbols);
    }
    return new BlasProbe(BlasLibrary.UNKNOWN, "unknown", UNLIMITED, "");
  }

  /** Sets how many threads a call may take, if Gatun knows how to tell this library. */
  static void setThreads(SymbolLookup symbols, int threads) {
    for (var function : List.of("openblas_set_num_threads", "MKL_Set_Num_Threads")) {
      if (symbols.find(function).isPresent()) {
        call(symbols, function, threads);
      }
    }
    if (symbols.find(BLIS_SET_THREADS).isPresent()) {
      var descriptor = FunctionDescriptor.ofVoid(JAVA_LONG);
      NativeCall.invoke(symbols, BLIS_SET_THREADS, descriptor, (long) threads);
    }
  }

  private static void requireFunctions(SymbolLookup symbols) throws UnusableLibraryException {
    requireAll("CBLAS", functions("cblas_"), symbols);
    requireAll("LAPACKE", functions("LAPACKE_"), symbols);
  }

  /** The bound functions that every library has; OpenBLAS alone has {@code cblas_?omatcopy}. */
  private static List<String> functions(String prefix) {
    return BoundFunctions.of("openblas").stream()
        .filter(name -> name.startsWith(prefix) && !name.endsWith("omatcopy"))
        .toList();
  }

  private static void requireAll(String part, List<String> names, SymbolLookup symbols)
      throws UnusableLibraryException {
    var missing = BoundFunctions.missing(names, symbols);
    if (missing.isEmpty()) {
      return;
    }
    if (missing.equals(names)) {
      throw new UnusableLibraryException(
          ("it has no %s (no %s); name a library with CBLAS and LAPACKE, such as MKL's libmkl_rt or"
                  + " Debian's liblapacke.so.3, or link two into one: cc -shared -o libboth.so"
                  + " -Wl,--no-as-needed <blas> <lapacke>")
              .formatted(part, BoundFunctions.abbreviated(missing)));
    }
    throw new UnusableLibraryException(
        "it lacks %s; name a complete build".formatted(String.join(", ", missing)));
  }

  private static BlasProbe openBlas(SymbolLookup symbols) throws UnusableLibraryException {
    var configuration = text(symbols, "openblas_get_config");
    var version = supportedVersion(configuration);
    setThreads(symbols, 1);
    var coreType = text(symbols, "openblas_get_corename");
    return new BlasProbe(OPENBLAS, version, configuration, coreType);
  }

  private static String supportedVersion(String configuration) throws UnusableLibraryException {
    var matcher = OPENBLAS_VERSION.matcher(configuration);
    if (!matcher.find()) {
      throw new UnusableLibraryException(
          "it states no version (\"%s\"); OpenBLAS %s or newer is needed"
              .formatted(configuration, dotted(OLDEST_OPENBLAS)));
    }
    var version = new int[OLDEST_OPENBLAS.length];
    for (int i = 0; i < version.length; i++) {
      version[i] = Integer.parseInt(matcher.group(i + 1));
    }
    if (Arrays.compare(version, OLDEST_OPENBLAS) < 0) {
      throw new UnusableLibraryException(
          "it is OpenBLAS %s; %s or newer is needed"
              .formatted(dotted(version), dotted(OLDEST_OPENBLAS)));
    }
    return dotted(version);
  }

  private static String dotted(int[] version) {
    return version[0] + "." + version[1] + "." + version[2];
  }

  /**
   * Layers come first, for MKL settles them with its first other call. In the strict mode of
   * conditional numerical reproducibility an element's bits do not depend on the rows and columns
   * that are computed with it; {@code MKL_CBWR} may name the kernels.
   */
  private static BlasProbe mkl(SymbolLookup symbols, Path file) throws UnusableLibraryException {
    if (symbols.find("MKL_Set_Interface_Layer").isEmpty()) {
      throw new UnusableLibraryException("it is a part of MKL; name MKL's libmkl_rt");
    }
    var layer = MklLayer.of(file);
    call(symbols, "MKL_Set_Interface_Layer", MKL_INTERFACE_LP64);
    call(symbols, "MKL_Set_Threading_Layer", layer.constant);
    int branch = Math.max(call(symbols, "MKL_CBWR_Get", MKL_CBWR_BRANCH), MKL_CBWR_AUTO);
    boolean strict = call(symbols, "MKL_CBWR_Set", branch | MKL_CBWR_STRICT) == 0;
    setThreads(symbols, 1);
    var words = mklVersionWords(symbols);
    var matcher = MKL_VERSION.matcher(words);
    int kernels = branch == MKL_CBWR_AUTO ? call(symbols, "MKL_CBWR_Get_Auto_Branch") : branch;
    return new BlasProbe(
        "MKL",
        matcher.find() ? matcher.group(1) : "unknown",
        "%s, threading layer %s, %s".formatted(words, layer, strict ? STRICT : "MKL_CBWR unset"),
        MKL_BRANCHES.getOrDefault(kernels, "branch " + kernels));
  }

  private static String mklVersionWords(SymbolLookup symbols) {
    try (var arena = Arena.ofConfined()) {
      var words = arena.allocate(256);
      NativeCall.invoke(
          symbols,
          "MKL_Get_Version_String",
          FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT),
          words,
          (int) words.byteSize() - 1);
      return words.getString(0).strip();
    }
  }

  private static BlasProbe blis(SymbolLookup symbols) {
    setThreads(symbols, 1);
    int architecture = call(symbols, "bli_arch_query_id");
    var coreType =
        NativeCall.invoke(
            symbols, "bli_arch_string", FunctionDescriptor.of(ADDRESS, JAVA_INT), architecture);
    return new BlasProbe("BLIS", text(symbols, "bli_info_get_version_str"), "", text(coreType));
  }

  private static int call(SymbolLookup symbols, String function) {
    return (int) NativeCall.invoke(symbols, function, FunctionDescriptor.of(JAVA_INT));
  }

  /** Where the function returns nothing, the result means nothing. */
  private static int call(SymbolLookup symbols, String function, int argument) {
    return (int)
        NativeCall.invoke(symbols, function, FunctionDescriptor.of(JAVA_INT, JAVA_INT), argument);
  }

  private static String text(SymbolLookup symbols, String function) {
    return text(NativeCall.invoke(symbols, function, FunctionDescriptor.of(ADDRESS)));
  }

  private static String text(Object address) {
    return NativeCall.string((MemorySegment) address).strip();
  }
}
