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
 * Which kernels a compiler has compiled before with no complaint, as a file of the repository
 * remembers: to compile all of them takes minutes, and most builds change none.
 */
record CompiledKernels(SortedSet<Line> lines) {
  static final Path FILE =
      Path.of(System.getProperty("basedir", "")).resolve("../native/compiled-kernels.txt");

  /**
   * A kernel file in a variant.
   *
   * @param hash of all that the compiler saw, and of its name and version
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

  static CompiledKernels read() {
    try (Stream<String> lines = Files.lines(FILE)) {
      return new CompiledKernels(
          lines
              .filter(line -> !line.startsWith("#"))
              .map(Line::parse)
              .collect(Collectors.toCollection(TreeSet::new)));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + FILE, e);
    }
  }

  void write() throws IOException {
    String head =
        """
        # Kernels that compiled for every architecture with no warning and no spill: the hash of all that
        # the compiler saw, the kernel, the compiler. `make kernels` renews the lines of the compiler at hand.
        """;
    Files.writeString(
        FILE, lines.stream().map(line -> line + "\n").collect(Collectors.joining("", head, "")));
  }
}
