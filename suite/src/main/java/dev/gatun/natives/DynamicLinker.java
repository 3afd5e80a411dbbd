package dev.gatun.natives;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The system's dynamic linker, called directly: {@link SymbolLookup#libraryLookup} would open a
 * library as well, but keeps the linker's explanation of a failure to itself.
 */
public final class DynamicLinker implements LibraryOpener {
  private static final int RTLD_LAZY = 1;

  private final MethodHandle dlopen =
      handle("dlopen", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));
  private final MethodHandle dlsym =
      handle("dlsym", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));
  private final MethodHandle dladdr =
      handle("dladdr", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
  private final MethodHandle dlerror = handle("dlerror", FunctionDescriptor.of(ADDRESS));

  /**
   * Opens a library by path or by name. It stays open for the life of the process: a vendor's
   * library that has registered exit handlers cannot be unmapped safely. A file that is cut short
   * is not shown to the linker.
   */
  @Override
  public Opened open(String library) {
    try {
      var file = Path.of(library);
      if (file.isAbsolute() && Files.isRegularFile(file) && ElfFile.isCutShort(file)) {
        return failed(
            library + " is cut short (%s bytes); copy it again".formatted(Files.size(file)));
      }
    } catch (IOException e) {
      return failed("it cannot be read (%s)".formatted(e));
    }
    return openByLinker(library);
  }

  private Opened openByLinker(String library) {
    try (var arena = Arena.ofConfined()) {
      var address = (MemorySegment) dlopen.invokeExact(arena.allocateFrom(library), RTLD_LAZY);
      return address.equals(MemorySegment.NULL)
          ? failed(lastError())
          : new Opened(Optional.of(name -> symbol(address, name)), "");
    } catch (Throwable e) {
      throw new IllegalStateException("dlopen failed for " + library, e);
    }
  }

  private static Opened failed(String words) {
    return new Opened(Optional.empty(), inOneLine(words));
  }

  /** Loads a library into the JVM, where generated code looks for symbols. */
  @SuppressWarnings("restricted")
  public static void load(Path file) throws UnusableLibraryException {
    try {
      System.load(file.toString());
    } catch (UnsatisfiedLinkError e) {
      throw new UnusableLibraryException(inOneLine(e.getMessage()));
    }
  }

  private static String inOneLine(String words) {
    return words.strip().replaceAll("\\s*\\R\\s*", " ");
  }

  @Override
  public Optional<Path> fileOf(MemorySegment address) {
    try (var arena = Arena.ofConfined()) {
      // Dl_info: four pointers, the first of them the file's name.
      var info = arena.allocate(ADDRESS, 4);
      if ((int) dladdr.invokeExact(address, info) == 0) {
        return Optional.empty();
      }
      return Optional.of(Path.of(NativeCall.stringAt(info)).toAbsolutePath());
    } catch (Throwable e) {
      throw new IllegalStateException("dladdr failed", e);
    }
  }

  private String lastError() throws Throwable {
    var words = (MemorySegment) dlerror.invokeExact();
    return words.equals(MemorySegment.NULL)
        ? "the dynamic linker gave no reason"
        : NativeCall.string(words);
  }

  private Optional<MemorySegment> symbol(MemorySegment library, String name) {
    try (var arena = Arena.ofConfined()) {
      var address = (MemorySegment) dlsym.invokeExact(library, arena.allocateFrom(name));
      return address.equals(MemorySegment.NULL) ? Optional.empty() : Optional.of(address);
    } catch (Throwable e) {
      throw new IllegalStateException("dlsym failed for " + name, e);
    }
  }

  @SuppressWarnings("restricted")
  private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
    var linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
  }
}
