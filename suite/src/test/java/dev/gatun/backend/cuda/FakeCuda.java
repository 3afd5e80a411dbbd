package dev.gatun.backend.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.natives.blas.BlasLibrary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A CUDA that needs no GPU: the driver, NVRTC, cuBLAS and cuSOLVER as fakes that compute on the
 * host, and every kernel built from its own source by the host's C++ compiler.
 *
 * <p>Every folder in {@code src/test/cpp/libraries} becomes the library that it is named after.
 * Objects and libraries are kept in {@code target/fake-cuda} under a hash of all that they depend
 * on.
 */
public final class FakeCuda {
  private static final Path SUITE = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
  private static final Path SOURCES = SUITE.resolve("src/test/cpp");
  private static final Path KERNELS = SUITE.resolve("../native/src/main/cuda").normalize();
  private static final Path TEST_KERNELS = SUITE.resolve("src/test/resources/dev/gatun/kernels");
  private static final Path TARGET = SUITE.resolve("target/fake-cuda");
  private static final String DRIVER = "libcuda.so.1";
  private static final int KEY_LENGTH = 24;

  /**
   * Of kernels. nvcc is the one to warn about them: it knows unrolling pragmas and device idioms.
   * What C++ leaves undefined and a host's processor does not mind ends a launch ({@code
   * undefined.cpp}).
   */
  private static final List<String> OF_KERNELS =
      List.of(
          "-w",
          "-fsanitize=alignment,signed-integer-overflow,shift,bounds,float-cast-overflow",
          "-fno-sanitize-recover=all");

  /** Options for kernels that tell each access to memory, with lines ({@code access_watcher.h}). */
  private static final List<String> OF_WATCHED_KERNELS =
      List.of("-fsanitize=thread", "-g1", "-fno-tree-vectorize");

  private final HostCompiler compiler;
  private final List<String> options;
  private final String commonKey;
  private final String kernelsKey;

  private FakeCuda(HostCompiler compiler) throws IOException {
    this.compiler = compiler;
    // OpenBLAS answers for cuBLAS and cuSOLVER: the copy that this JVM uses.
    var openBlas = BlasLibrary.load().file();
    this.options = List.of("-I" + SOURCES, "-I" + KERNELS, "-DGATUN_OPENBLAS=\"" + openBlas + "\"");
    var compilation = compiler.command() + compiler.identity() + options;
    this.commonKey = compilation + texts(files(SOURCES, ".h"));
    this.kernelsKey = compilation + texts(files(SOURCES.resolve("emulation"), ".h"));
  }

  /**
   * Builds what is not built yet, and returns the folder to open the CUDA backend with. Skips the
   * running test, saying why, on a machine without a C++ compiler.
   */
  public static Path build() {
    return build(_ -> false);
  }

  /** The same, with kernels that are watched: for races, or by {@link #traffic}. */
  static Path build(Predicate<EmulatedKernels> watched) {
    assumeTrue(
        System.getProperty("os.name").equals("Linux"),
        "the emulation of CUDA knows Linux' shared libraries only");
    var compiler = HostCompiler.find();
    assumeTrue(compiler.isPresent(), HostCompiler.MISSING);
    try {
      Files.createDirectories(TARGET);
      // Two JVMs need not do the same work at once.
      try (var file =
              FileChannel.open(
                  TARGET.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          var _ = file.lock()) {
        Path folder = new FakeCuda(compiler.get()).buildAll(watched);
        Optional.ofNullable(Long.getLong("gatun.seed")).ifPresent(seed -> setSeed(folder, seed));
        return folder;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Opens the fake device of the folder. */
  @SuppressWarnings("restricted")
  static CudaDevice openDevice(Path folder) {
    System.load(folder.resolve(DRIVER).toString());
    System.load(folder.resolve("libnvrtc.so.13").toString());
    return CudaDevice.open();
  }

  /** Sets how much memory the fake device has from now on. */
  public static void setTotalMemory(Path folder, long bytes) {
    try {
      call(folder, "gatunFakeSetTotalMemory", FunctionDescriptor.ofVoid(JAVA_LONG), bytes);
    } catch (Throwable e) {
      throw new IllegalStateException("the fake driver has no such function", e);
    }
  }

  /** How many launches of a watched kernel have ended with no race. */
  static long launchesWithoutRace(Path folder, EmulatedKernels kernels, String kernel) {
    try (var arena = Arena.ofConfined()) {
      return (long)
          call(
              folder,
              "gatunFakeLaunchesWithoutRace",
              FunctionDescriptor.of(JAVA_LONG, ADDRESS),
              arena.allocateFrom(kernels.name() + "/" + kernel));
    } catch (Throwable e) {
      throw new IllegalStateException("the fake driver has no such function", e);
    }
  }

  /** Blocks and threads of kernels run in orders that follow from this seed, from now on. */
  public static void setSeed(Path folder, long seed) {
    try {
      call(folder, "gatunFakeSetSeed", FunctionDescriptor.ofVoid(JAVA_LONG), seed);
    } catch (Throwable e) {
      throw new IllegalStateException("the fake driver has no such function", e);
    }
  }

  /** The next launch of the kernel fails with this status, after which the device is lost. */
  public static void plantFailure(Path folder, String kernel, int status) {
    try (var arena = Arena.ofConfined()) {
      var descriptor = FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT);
      call(folder, "gatunFakePlantFailure", descriptor, arena.allocateFrom(kernel), status);
    } catch (Throwable e) {
      throw new IllegalStateException("the fake driver has no such function", e);
    }
  }

  /** As of a new process: the device holds nothing, and is not lost. */
  public static void reset(Path folder) {
    try {
      call(folder, "cuDevicePrimaryCtxReset_v2", FunctionDescriptor.of(JAVA_INT, JAVA_INT), 0);
    } catch (Throwable e) {
      throw new IllegalStateException("the fake driver has no such function", e);
    }
  }

  /** How many allocations, streams, events, graphs and modules are alive. */
  public static long liveObjects(Path folder) {
    try {
      return (long) call(folder, "gatunFakeLiveObjects", FunctionDescriptor.of(JAVA_LONG));
    } catch (Throwable e) {
      throw new IllegalStateException("the fake driver has no such function", e);
    }
  }

  /**
   * The calls that operations make, in order: a kernel's name, blocks in x and y and the bits of
   * its arguments; {@code cublasGemmEx} with m, n, k, type and leading dimension of A, B and C,
   * whether beta is not 0, the addresses of A and B, whether each of these is transposed, and what
   * keeps the real cuBLAS from its fastest kernels, a bit each ({@code products.cpp}); {@code copy}
   * and {@code set} with bytes; {@code graph} with its nodes, whose calls are those of the time of
   * its recording.
   *
   * @param alone whether nothing of it is computed, which takes no time at any size
   */
  @SuppressWarnings("restricted")
  public static List<String> trace(Path folder, boolean alone, Runnable operations) {
    try {
      var begin = FunctionDescriptor.ofVoid(JAVA_INT);
      call(folder, "gatunFakeTrace", begin, alone ? 2 : 1);
      try {
        operations.run();
        var text = (MemorySegment) call(folder, "gatunFakeTraced", FunctionDescriptor.of(ADDRESS));
        return text.reinterpret(Long.MAX_VALUE).getString(0).lines().toList();
      } finally {
        call(folder, "gatunFakeTrace", begin, 0);
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("the fake driver has no such function", e);
    }
  }

  /** What the watched kernels that operations launch move, a line for each kernel. */
  @SuppressWarnings("restricted")
  static List<String> traffic(Path folder, Runnable operations) {
    try {
      var meter = FunctionDescriptor.ofVoid(JAVA_INT);
      call(folder, "gatunFakeMeterTraffic", meter, 1);
      try {
        operations.run();
        var text = (MemorySegment) call(folder, "gatunFakeTraffic", FunctionDescriptor.of(ADDRESS));
        return text.reinterpret(Long.MAX_VALUE).getString(0).lines().toList();
      } finally {
        call(folder, "gatunFakeMeterTraffic", meter, 0);
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("the fake driver has no such function", e);
    }
  }

  @SuppressWarnings("restricted")
  private static Object call(
      Path folder, String name, FunctionDescriptor descriptor, Object... arguments)
      throws Throwable {
    var symbol =
        SymbolLookup.libraryLookup(folder.resolve(DRIVER), Arena.global()).findOrThrow(name);
    return Linker.nativeLinker().downcallHandle(symbol, descriptor).invokeWithArguments(arguments);
  }

  /** An input of a link: its object file, once compiled, and the key of its content. */
  private record Unit(String key, Path object, Callable<Void> compile) {}

  /** A library to link. */
  private record Library(String name, List<Unit> units) {}

  private Path buildAll(Predicate<EmulatedKernels> watched) throws IOException {
    var libraries = new ArrayList<Library>();
    for (var folder : list(SOURCES.resolve("libraries"))) {
      var units = new ArrayList<>(units(folder));
      if (folder.endsWith(DRIVER)) {
        units.addAll(units(SOURCES.resolve("emulation")));
      }
      libraries.add(new Library(folder.getFileName().toString(), units));
    }
    for (var emulated : allKernels()) {
      var unit = unit(emulated, watched.test(emulated) ? OF_WATCHED_KERNELS : List.of());
      libraries.add(new Library("libkernels-" + emulated.name() + ".so", List.of(unit)));
    }
    var key = new StringBuilder();
    libraries.forEach(
        it -> key.append(it.name()).append(it.units().stream().map(Unit::key).toList()));
    var folder = TARGET.resolve(digest(key.toString()));
    if (!Files.isDirectory(folder)) {
      build(libraries, folder);
    }
    return folder;
  }

  private static List<EmulatedKernels> allKernels() throws IOException {
    var kernels = new ArrayList<>(shippedKernels());
    for (var source : files(TEST_KERNELS, ".cu")) {
      kernels.addAll(EmulatedKernels.of(source, KERNELS));
    }
    return kernels;
  }

  /** Those of {@code native/}, in all their variants. */
  static List<EmulatedKernels> shippedKernels() throws IOException {
    var kernels = new ArrayList<EmulatedKernels>();
    for (var source : files(KERNELS, ".cu")) {
      kernels.addAll(EmulatedKernels.of(source, KERNELS));
    }
    return kernels;
  }

  private void build(List<Library> libraries, Path folder) throws IOException {
    var staging = Files.createTempDirectory(TARGET, "staging");
    try (var workers = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
      var compilations = new ArrayList<Callable<Void>>();
      libraries.forEach(it -> it.units().forEach(unit -> compilations.add(unit.compile())));
      finish(workers.invokeAll(compilations));
      var driver = staging.resolve(DRIVER);
      var links = new ArrayList<Callable<Void>>();
      for (var library : libraries) {
        var inputs = new ArrayList<>(library.units().stream().map(Unit::object).toList());
        if (library.name().equals(DRIVER)) {
          compiler.link(inputs, driver, List.of());
          continue;
        }
        inputs.add(driver);
        links.add(() -> {
          compiler.link(inputs, staging.resolve(library.name()), List.of());
          return null;
        });
      }
      finish(workers.invokeAll(links));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while compiling", e);
    }
    Files.move(staging, folder, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void finish(List<Future<Void>> work) throws InterruptedException {
    for (var future : work) {
      try {
        future.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
      }
    }
  }

  private List<Unit> units(Path folder) throws IOException {
    var units = new ArrayList<Unit>();
    for (var source : files(folder, ".cpp")) {
      var key = digest(commonKey + source.getFileName() + Files.readString(source));
      var object = TARGET.resolve(key + ".o");
      units.add(new Unit(key, object, () -> compile(source, object, options)));
    }
    return units;
  }

  private Unit unit(EmulatedKernels kernels, List<String> further) {
    // The unit holds a hash of the kernels' own text and of their headers.
    var text = kernels.translationUnit();
    var all = Stream.of(options, OF_KERNELS, further).flatMap(List::stream).toList();
    var key = digest(kernelsKey + all + text);
    var object = TARGET.resolve(key + ".o");
    return new Unit(
        key,
        object,
        () -> {
          var source = TARGET.resolve(key + ".cpp");
          Files.writeString(source, text);
          return compile(source, object, all);
        });
  }

  private Void compile(Path source, Path object, List<String> options) throws IOException {
    if (!Files.exists(object)) {
      var partial = object.resolveSibling(object.getFileName() + ".part.o");
      compiler.compile(source, partial, options);
      Files.move(partial, object, StandardCopyOption.ATOMIC_MOVE);
    }
    return null;
  }

  private static List<Path> files(Path folder, String suffix) throws IOException {
    try (var all = Files.walk(folder)) {
      return all.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    }
  }

  private static List<Path> list(Path folder) throws IOException {
    try (var all = Files.list(folder)) {
      return all.sorted(Comparator.comparing(Path::getFileName)).toList();
    }
  }

  private static String texts(List<Path> files) throws IOException {
    var text = new StringBuilder();
    for (var file : files) {
      text.append(file.getFileName()).append('\n').append(Files.readString(file));
    }
    return text.toString();
  }

  private static String digest(String text) {
    try {
      var hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes());
      return HexFormat.of().formatHex(hash).substring(0, KEY_LENGTH);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
