package dev.gatun.natives.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.gatun.natives.LibraryOpener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A CUDA family made of empty files and method handles: what stands for the dynamic linker knows
 * the files by their paths, and each library has the functions that Gatun calls. Only those that
 * the search calls can be called.
 */
final class FakeCudaFamily implements LibraryOpener {
  private static final MemorySegment UNCALLED = MemorySegment.ofAddress(1);

  private final Arena arena;
  private final Map<String, Map<String, MemorySegment>> libraries = new HashMap<>();
  private final Map<MemorySegment, Path> files = new HashMap<>();
  private final List<String> opened = new ArrayList<>();

  FakeCudaFamily(Arena arena) {
    this.arena = arena;
  }

  @Override
  public Opened open(String library) {
    opened.add(library);
    var symbols = libraries.get(library);
    return symbols == null
        ? new Opened(Optional.empty(), library + ": cannot open shared object file")
        : new Opened(Optional.of(lookup(symbols)), "");
  }

  private static SymbolLookup lookup(Map<String, MemorySegment> symbols) {
    return name -> Optional.ofNullable(symbols.get(name));
  }

  @Override
  public Optional<Path> fileOf(MemorySegment address) {
    return Optional.ofNullable(files.get(address));
  }

  /** What was opened, by path or name, in order. */
  List<String> opened() {
    return opened;
  }

  /** A driver whose {@code cuDriverGetVersion} returns this status and gives this version. */
  void driver(Path file, int status, int version) {
    var symbols = functions(CudaLibrary.DRIVER);
    symbols.put("cuDriverGetVersion", number(status, version));
    put(file, symbols);
  }

  /** Lets a driver start, or not, and show this many GPUs. */
  void devices(Path driver, int initStatus, int count) {
    var symbols = libraries.get(driver.toString());
    var init =
        MethodHandles.dropArguments(MethodHandles.constant(int.class, initStatus), 0, int.class);
    symbols.put("cuInit", stub(init, FunctionDescriptor.of(JAVA_INT, JAVA_INT)));
    symbols.put("cuDeviceGetCount", number(0, count));
    var name = arena.allocateFrom("CUDA_ERROR_" + initStatus);
    symbols.put(
        "cuGetErrorName",
        stub(
            (status, cell) -> {
              cell.set(ADDRESS, 0, name);
              return 0;
            },
            pointerTo(ADDRESS)));
  }

  /** All libraries of a release in one folder, in the toolkit's usual version. */
  void toolkit(Path folder, CudaRelease release) {
    CudaLibrary.ofToolkit().forEach(library -> library(folder, library, release));
  }

  void library(Path folder, CudaLibrary library, CudaRelease release) {
    library(folder, library, release, library.majorVersion(release));
  }

  /** A library that states this major version, whatever its name says. */
  void library(Path folder, CudaLibrary library, CudaRelease release, int major) {
    put(folder.resolve(library.fileNames(release).getLast()), functions(library, release, major));
  }

  /** Makes a name known to the linker, for a file that was added before. */
  void linkerKnows(Path file) {
    libraries.put(file.getFileName().toString(), libraries.get(file.toString()));
  }

  void remove(Path file, String function) {
    libraries.get(file.toString()).remove(function);
  }

  /** The linker refuses the file. */
  void breakFile(Path file) {
    libraries.remove(file.toString());
  }

  private Map<String, MemorySegment> functions(
      CudaLibrary library, CudaRelease release, int major) {
    var symbols = functions(library);
    switch (library.versionQuery()) {
      case NONE -> {}
      case THOUSANDS -> symbols.put(library.versionFunction(), number(0, 1000 * major + 60));
      case PROPERTY -> symbols.put(library.versionFunction(), property(major, 6, 4));
      case MAJOR_MINOR -> symbols.put(library.versionFunction(), majorMinor(major, 6));
    }
    if (library == CudaLibrary.CUDNN) {
      var builtFor = MethodHandles.constant(long.class, 1000L * release.major() + 60);
      symbols.put("cudnnGetCudartVersion", stub(builtFor, FunctionDescriptor.of(JAVA_LONG)));
    }
    return symbols;
  }

  private static Map<String, MemorySegment> functions(CudaLibrary library) {
    var symbols = new HashMap<String, MemorySegment>();
    for (var name : library.boundFunctions()) {
      symbols.put(name, UNCALLED);
    }
    return symbols;
  }

  private void put(Path file, Map<String, MemorySegment> symbols) {
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, new byte[0]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    libraries.put(file.toString(), symbols);
    symbols.forEach((name, address) -> {
      if (!address.equals(UNCALLED)) {
        files.put(address, file);
      }
    });
  }

  private MemorySegment number(int status, int value) {
    return stub(cell -> {
      cell.set(JAVA_INT, 0, value);
      return status;
    });
  }

  private MemorySegment property(int... version) {
    return stub(
        (property, cell) -> {
          cell.set(JAVA_INT, 0, version[property]);
          return 0;
        },
        pointerTo(JAVA_INT));
  }

  private MemorySegment majorMinor(int major, int minor) {
    TwoPointers query =
        (first, second) -> {
          first.set(JAVA_INT, 0, major);
          second.set(JAVA_INT, 0, minor);
          return 0;
        };
    var pointer = pointerTo(JAVA_INT);
    return stub(TwoPointers.class, query, FunctionDescriptor.of(JAVA_INT, pointer, pointer));
  }

  private MemorySegment stub(Pointer function) {
    var pointer = pointerTo(JAVA_INT);
    return stub(Pointer.class, function, FunctionDescriptor.of(JAVA_INT, pointer));
  }

  private MemorySegment stub(IntAndPointer function, AddressLayout pointer) {
    return stub(IntAndPointer.class, function, FunctionDescriptor.of(JAVA_INT, JAVA_INT, pointer));
  }

  /** A native function that calls the only method, {@code call}, of {@code function}. */
  private <T> MemorySegment stub(Class<T> type, T function, FunctionDescriptor descriptor) {
    try {
      var handle = MethodHandles.lookup().findVirtual(type, "call", descriptor.toMethodType());
      return stub(handle.bindTo(function), descriptor);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  @SuppressWarnings("restricted")
  private MemorySegment stub(MethodHandle target, FunctionDescriptor descriptor) {
    return Linker.nativeLinker().upcallStub(target, descriptor, arena);
  }

  @SuppressWarnings("restricted")
  private static AddressLayout pointerTo(MemoryLayout layout) {
    return ADDRESS.withTargetLayout(layout);
  }

  private interface Pointer {
    int call(MemorySegment cell);
  }

  private interface IntAndPointer {
    int call(int input, MemorySegment cell);
  }

  private interface TwoPointers {
    int call(MemorySegment first, MemorySegment second);
  }
}
