package dev.gatun.backend.cuda;

import dev.gatun.io.Hash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which kernels passed a long check before, as a file of the repository remembers: to check all of
 * them takes minutes, and most builds change none.
 */
record RememberedKernels(Check check, SortedSet<Line> lines) {
  /** What takes long. */
  enum Check {
    COMPILATION(
        "compiled-kernels.txt",
        """
        # Kernels that compiled for every architecture with no warning and no spill: the hash of all that
        # the compiler saw, the kernel, the compiler. `make kernels` renews the lines of the compiler at hand.
        """),
    RACES(
        "race-free-kernels.txt",
        """
        # Kernels with no race in what the contract launches: the hash of their text and their headers, the
        # kernel, the check. `make races` runs the contract on all kernels and renews the lines.
        """);

    private final String head;
    final Path file;

    Check(String name, String head) {
      this.head = head;
      file = Path.of(System.getProperty("basedir", "")).resolve("../native").resolve(name);
    }
  }

  /**
   * A kernel file in a variant.
   *
   * @param hash of all that the compiler saw, and of the name and version of what checked it
   */
  record Line(String compiler, String kernel, String hash) implements Comparable<Line> {
    static Line of(
        KernelSource source, KernelVariant variant, String compiler, List<Integer> architectures) {
      var all =
          List.of(
              compiler,
              architectures.toString(),
              source.definitions(variant).toString(),
              source.text(),
              source.headers().toString());
      return new Line(compiler, source.name(variant), Hash.hex(String.join("\0", all)));
    }

    private static Line parse(String line) {
      String[] parts = line.split("  ");
      return new Line(parts[2], parts[1], parts[0]);
    }

    @Override
    public int compareTo(Line other) {
      return Comparator.comparing(Line::compiler)
          .thenComparing(Line::kernel)
          .thenComparing(Line::hash)
          .compare(this, other);
    }

    @Override
    public String toString() {
      return String.join("  ", hash, kernel, compiler);
    }
  }

  static RememberedKernels of(Check check) {
    try (Stream<String> lines = Files.lines(check.file)) {
      return new RememberedKernels(
          check,
          lines
              .filter(line -> !line.startsWith("#"))
              .map(Line::parse)
              .collect(Collectors.toCollection(TreeSet::new)));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + check.file, e);
    }
  }

  void write() throws IOException {
    Files.writeString(
        check.file,
        lines.stream().map(line -> line + "\n").collect(Collectors.joining("", check.head, "")));
  }
}
