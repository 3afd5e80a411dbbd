package dev.gatun.backend.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The host's C++20 compiler.
 *
 * @param command its name and the options that every translation unit gets
 * @param identity all its predefined macros: compiler, version and target processor
 */
record HostCompiler(List<String> command, String identity) {
  private static final List<String> OPTIONS =
      List.of(
          "-std=c++20",
          "-O2",
          "-fPIC",
          "-fno-semantic-interposition",
          "-Wall",
          "-Wextra",
          "-Werror",
          "-U_FORTIFY_SOURCE");

  /** What a machine without one is told. */
  static final String MISSING =
      "no C++20 compiler (tried $CXX, c++, g++ and clang++), so the CUDA backend is not emulated;"
          + " install one, such as Debian's g++";

  /** The first of {@code $CXX}, c++, g++ and clang++ that compiles C++20, if any. */
  static Optional<HostCompiler> find() {
    var chosen = Optional.ofNullable(System.getenv("CXX")).filter(name -> !name.isBlank());
    return Stream.concat(chosen.stream(), Stream.of("c++", "g++", "clang++"))
        .flatMap(name -> Stream.of(of(name, "-march=native"), of(name, "-mcpu=native"), of(name)))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<HostCompiler> of(String... start) {
    var command = new ArrayList<>(List.of(start));
    command.addAll(OPTIONS);
    var probe = new ArrayList<>(command);
    probe.addAll(List.of("-dM", "-E", "-include", "functional", "-x", "c++", "/dev/null"));
    try {
      return Optional.of(new HostCompiler(List.copyOf(command), run(probe)));
    } catch (IllegalStateException | UncheckedIOException _) {
      return Optional.empty(); // not this one: the next candidate, or the message above
    }
  }

  /**
   * Compiles to an object file.
   *
   * @throws IllegalStateException with the compiler's words
   */
  void compile(Path source, Path object, List<String> options) {
    var all = new ArrayList<>(command);
    all.addAll(options);
    all.addAll(List.of("-c", source.toString(), "-o", object.toString()));
    run(all);
  }

  /** Links a shared library that finds its neighbours in its own folder. */
  void link(List<Path> inputs, Path library, List<String> options) {
    var all = new ArrayList<>(command);
    all.addAll(List.of("-shared", "-pthread", "-Wl,-soname," + library.getFileName()));
    all.addAll(List.of("-Wl,-rpath,$ORIGIN", "-Wl,--no-undefined"));
    inputs.forEach(input -> all.add(input.toString()));
    all.addAll(options);
    all.addAll(List.of("-ldl", "-o", library.toString()));
    run(all);
  }

  private static String run(List<String> command) {
    try {
      var process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      var words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int status = process.waitFor();
      if (status != 0) {
        throw new IllegalStateException(
            "%s: exit status %s\n%s".formatted(String.join(" ", command), status, words));
      }
      return words;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while compiling", e);
    }
  }
}
