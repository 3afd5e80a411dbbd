package dev.gatun.bindings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;

/** One library's argument file: what its bindings were asked to hold. */
record ArgumentFile(
    String library,
    List<String> headers,
    List<String> macros,
    String targetPackage,
    String headerClass,
    TreeSet<String> functions,
    TreeSet<String> constants,
    TreeSet<String> structs) {

  /** The folder of the Maven module. */
  static final Path MODULE = Path.of(System.getProperty("basedir", "."));

  static final Path SOURCES = MODULE.resolve("src/main/java");

  /** Every library of the module. */
  static List<ArgumentFile> all() throws IOException {
    try (var files = Files.list(MODULE.resolve("arguments"))) {
      return files.sorted().map(ArgumentFile::read).toList();
    }
  }

  private static ArgumentFile read(Path file) {
    try {
      var name = file.getFileName().toString();
      return parse(name.substring(0, name.lastIndexOf('.')), Files.readAllLines(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ArgumentFile parse(String library, List<String> lines) {
    return new ArgumentFile(
        library,
        lines.stream().filter(line -> line.startsWith("<")).toList(),
        values(lines, "--define-macro"),
        values(lines, "--target-package").getFirst(),
        values(lines, "--header-class-name").getFirst(),
        new TreeSet<>(values(lines, "--include-function")),
        new TreeSet<>(values(lines, "--include-constant")),
        new TreeSet<>(values(lines, "--include-struct")));
  }

  private static List<String> values(List<String> lines, String option) {
    return lines.stream()
        .filter(line -> line.startsWith(option + " "))
        .map(line -> line.substring(option.length()).strip())
        .toList();
  }

  /** The folder of the generated package. */
  Path folder() {
    return SOURCES.resolve(targetPackage.replace('.', '/'));
  }

  @Override
  public String toString() {
    return library;
  }
}
