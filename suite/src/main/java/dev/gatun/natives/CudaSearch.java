package dev.gatun.natives;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.gatun.natives.LibraryReport.Attempt;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Looks for the CUDA family and says what it found; it loads nothing for use. The order: the folder
 * that {@code GATUN_CUDA} names, {@code CUDA_HOME}, {@code CUDA_PATH}, the dynamic linker, the
 * usual folders.
 */
final class CudaSearch {
  static final String VARIABLE = "GATUN_CUDA";

  private static final List<String> SUBFOLDERS = List.of("", "lib64", "lib");
  private static final List<String> DRIVER_FOLDERS =
      List.of("usr/lib/x86_64-linux-gnu", "usr/lib64", "usr/lib/wsl/lib");

  private final UnaryOperator<String> environment;
  private final Path fileSystemRoot;
  private final DynamicLinker linker = new DynamicLinker();

  CudaSearch(UnaryOperator<String> environment, Path fileSystemRoot) {
    this.environment = environment;
    this.fileSystemRoot = fileSystemRoot;
  }

  /** A search of this machine. */
  static CudaSearch ofThisMachine() {
    return new CudaSearch(System::getenv, Path.of("/"));
  }

  /** One report for each library of the family. */
  List<LibraryReport> inspect() {
    return Arrays.stream(CudaLibrary.values()).map(this::inspect).toList();
  }

  private LibraryReport inspect(CudaLibrary library) {
    var attempts = new ArrayList<Attempt>();
    return fromVariables(library, attempts)
        .or(() -> fromLinker(library, attempts))
        .or(() -> fromFolders("usual folder", usualFolders(library), library, attempts))
        .orElseGet(() -> LibraryReport.missing(library.label(), attempts));
  }

  private Optional<LibraryReport> fromVariables(CudaLibrary library, List<Attempt> attempts) {
    for (var variable : List.of(VARIABLE, "CUDA_HOME", "CUDA_PATH")) {
      var value = environment.apply(variable);
      // A toolkit has no driver library, only a stub of one to link against.
      if (value == null || value.isBlank() || !(library.inToolkit() || variable.equals(VARIABLE))) {
        continue;
      }
      var root = Path.of(value);
      var folders = SUBFOLDERS.stream().map(root::resolve).toList();
      var report = fromFolders(variable, folders, library, attempts);
      if (report.isPresent()) {
        return report;
      }
      if (attempts.isEmpty() || !attempts.getLast().source().equals(variable)) {
        attempts.add(new Attempt(variable, value, "holds no " + library.names().getFirst()));
      }
    }
    return Optional.empty();
  }

  private Optional<LibraryReport> fromLinker(CudaLibrary library, List<Attempt> attempts) {
    for (var name : library.names()) {
      var report = open("dynamic linker", name, library, attempts);
      if (report.isPresent()) {
        return report;
      }
    }
    return Optional.empty();
  }

  private Optional<LibraryReport> fromFolders(
      String source, List<Path> folders, CudaLibrary library, List<Attempt> attempts) {
    for (var folder : folders) {
      for (var name : library.names()) {
        var file = folder.resolve(name);
        if (Files.exists(file)) {
          var report = open(source, file.toString(), library, attempts);
          if (report.isPresent()) {
            return report;
          }
        }
      }
    }
    return Optional.empty();
  }

  /** {@code /usr/local/cuda*}, the newest name first, or the driver's folders. */
  private List<Path> usualFolders(CudaLibrary library) {
    if (!library.inToolkit()) {
      return DRIVER_FOLDERS.stream().map(fileSystemRoot::resolve).toList();
    }
    var local = fileSystemRoot.resolve("usr/local");
    if (!Files.isDirectory(local)) {
      return List.of();
    }
    var folders = new ArrayList<Path>();
    try (var toolkits = Files.newDirectoryStream(local, "cuda*")) {
      toolkits.forEach(toolkit -> folders.add(toolkit.resolve("lib64")));
    } catch (IOException e) {
      return List.of();
    }
    folders.sort(Comparator.reverseOrder());
    return folders;
  }

  private Optional<LibraryReport> open(
      String source, String library, CudaLibrary kind, List<Attempt> attempts) {
    var opened = linker.open(library);
    if (opened.symbols().isEmpty()) {
      attempts.add(new Attempt(source, library, opened.words()));
      return Optional.empty();
    }
    var function = opened.symbols().get().find(kind.versionFunction());
    if (function.isEmpty()) {
      attempts.add(
          new Attempt(source, library, "opens, but has no symbol " + kind.versionFunction()));
      return Optional.empty();
    }
    attempts.add(new Attempt(source, library, "opens"));
    return Optional.of(
        new LibraryReport(
            kind.label(),
            attempts,
            linker.fileOf(function.get()),
            version(kind, function.get()),
            "",
            ""));
  }

  /** The version that the library states, empty if it answers with an error. */
  private static String version(CudaLibrary library, MemorySegment function) {
    return switch (library.versionQuery()) {
      case THOUSANDS ->
          call(function, new int[0], 1)
              .map(values -> values[0] / 1000 + "." + values[0] % 1000 / 10)
              .orElse("");
      case MAJOR_MINOR ->
          call(function, new int[0], 2).map(values -> values[0] + "." + values[1]).orElse("");
      case PROPERTY ->
          IntStream.range(0, 3)
              .mapToObj(property -> call(function, new int[] {property}, 1))
              .map(value -> value.map(values -> Integer.toString(values[0])).orElse("?"))
              .collect(Collectors.joining("."));
    };
  }

  /** Calls {@code int f(int..., int *...)}; empty if the status is not zero. */
  @SuppressWarnings("restricted")
  private static Optional<int[]> call(MemorySegment function, int[] inputs, int outputs) {
    var layouts = new ArrayList<MemoryLayout>();
    var arguments = new ArrayList<Object>();
    try (var arena = Arena.ofConfined()) {
      var results = arena.allocate(JAVA_INT, outputs);
      for (int input : inputs) {
        layouts.add(JAVA_INT);
        arguments.add(input);
      }
      for (int i = 0; i < outputs; i++) {
        layouts.add(ADDRESS);
        arguments.add(results.asSlice((long) i * Integer.BYTES, Integer.BYTES));
      }
      var descriptor = FunctionDescriptor.of(JAVA_INT, layouts.toArray(MemoryLayout[]::new));
      var status =
          (int)
              Linker.nativeLinker()
                  .downcallHandle(function, descriptor)
                  .invokeWithArguments(arguments);
      return status == 0 ? Optional.of(results.toArray(JAVA_INT)) : Optional.empty();
    } catch (Throwable e) {
      throw new IllegalStateException("a version query failed", e);
    }
  }
}
