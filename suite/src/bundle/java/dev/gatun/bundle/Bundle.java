package dev.gatun.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * One archive that runs on a node with no JDK and no network: the application with its text, the
 * tests of the contract for {@code gatun selftest}, and a runtime that jlink makes of the running
 * JDK. The tokenizers' native library, which {@code measure --text} alone needs, is an archive of
 * its own, to be unpacked over the first.
 *
 * <p>What is compressed inside is stored plainly, as xz compresses all of it better than zip does
 * each part.
 */
public final class Bundle {
  /** 45 MiB: what the bundle may be, since nodes take few files, and slowly. */
  public static final long LIMIT = 45L << 20;

  /** As {@code jdeps --print-module-deps} finds them for the application and its libraries. */
  private static final List<String> MODULES =
      List.of(
          "java.base",
          "java.desktop",
          "java.net.http",
          "java.sql",
          "jdk.incubator.vector",
          "jdk.management",
          "jdk.unsupported");

  /**
   * Options of xz that make it small in minutes: addresses in machine code become alike, and what
   * occurs again is found over 64 MiB.
   */
  private static final String SMALL = "-T2 --block-size=112MiB --x86 --lzma2=preset=6,dict=64MiB";

  /** Options of xz that take seconds. */
  public static final String FAST = "-T0 -0";

  /** How much larger these make it: 63,990,620 bytes instead of 46,513,552. */
  public static final double FAST_OVER_SMALL = 1.376;

  private Bundle() {}

  /**
   * Arguments: the folder of the application, that of compiled tests, that of reference evidence,
   * and the archive to create or replace.
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path archive = Path.of(arguments[3]).toAbsolutePath();
    create(
        Path.of(arguments[0]).toAbsolutePath(),
        Path.of(arguments[1]),
        Path.of(arguments[2]),
        archive,
        SMALL);
    long size = Files.size(archive);
    System.out.println(
        String.format(
            Locale.ROOT, "%s: %.1f MiB (at most 45)", archive, size / (double) (1 << 20)));
    if (size >= LIMIT) {
      throw new IllegalStateException("the bundle is too large: " + size + " bytes");
    }
  }

  /**
   * Creates or replaces the archive, and beside it that of the tokenizers.
   *
   * @param application folder of {@code bin} and {@code lib}
   * @param tests folder of compiled tests
   * @param reference folder of the evidence that claims are held to
   * @param archive ends in {@code .tar.xz}; the folder inside has its name
   * @param compression options of xz
   */
  public static void create(
      Path application, Path tests, Path reference, Path archive, String compression)
      throws IOException, InterruptedException {
    String name = archive.getFileName().toString().replace(".tar.xz", "");
    Path staging = Files.createDirectories(archive.resolveSibling("bundle"));
    delete(staging);
    Path root = Files.createDirectories(staging.resolve("all").resolve(name));
    Path added = Files.createDirectories(staging.resolve("tokenizers").resolve(name));
    link(root.resolve("runtime"));
    Fonts.addTo(root.resolve("runtime").resolve("lib").resolve("fonts"));
    copy(application.resolve("bin"), Files.createDirectories(root.resolve("bin")));
    addBenchmarks(root.resolve("bin").resolve("benchmarks"));
    copy(application.resolve("slurm"), Files.createDirectories(root.resolve("slurm")));
    Path libraries = Files.createDirectories(root.resolve("lib"));
    for (Path jar : list(application.resolve("lib"))) {
      boolean hasTokenizers = jar.getFileName().toString().startsWith("tokenizers-");
      PlainJar.copy(jar, libraries.resolve(jar.getFileName()), !hasTokenizers);
      if (hasTokenizers) {
        Path over = Files.createDirectories(added.resolve("lib"));
        PlainJar.copy(jar, over.resolve(jar.getFileName()), true);
      }
    }
    Path text = Files.createDirectories(root.resolve("text"));
    for (Path jar : list(application.resolve("text"))) {
      PlainJar.copy(jar, text.resolve(jar.getFileName()), true);
    }
    ContractFiles.copy(tests, reference, root.resolve("contract"));
    pack(staging.resolve("all"), name, archive, compression);
    pack(staging.resolve("tokenizers"), name, tokenizers(archive), compression);
    delete(staging);
  }

  /** The archive of the tokenizers' library, beside the bundle. */
  public static Path tokenizers(Path archive) {
    return archive.resolveSibling(
        archive.getFileName().toString().replace(".tar.xz", "-tokenizers.tar.xz"));
  }

  /** The command that starts JMH; its classes come with the contract. */
  private static void addBenchmarks(Path command) throws IOException {
    try (InputStream script = Bundle.class.getResourceAsStream("benchmarks")) {
      Files.copy(script, command);
    }
    if (!command.toFile().setExecutable(true)) {
      throw new IOException("cannot make " + command + " executable");
    }
  }

  private static void link(Path runtime) {
    ToolProvider jlink =
        ToolProvider.findFirst("jlink")
            .orElseThrow(() ->
                new IllegalStateException(
                    "the JDK at %s has no jlink; install its full package"
                        .formatted(System.getProperty("java.home"))));
    int code =
        jlink.run(
            System.out,
            System.err,
            "--add-modules",
            String.join(",", MODULES),
            "--strip-debug",
            "--no-header-files",
            "--no-man-pages",
            "--compress",
            "zip-0",
            "--output",
            runtime.toString());
    if (code != 0) {
      throw new IllegalStateException(
          "jlink of %s cannot make a runtime; it needs jmods, or a JDK that links without"
              .formatted(System.getProperty("java.home")));
    }
  }

  /** Equal contents give equal bytes: names in order, one owner, one date. */
  private static void pack(Path staging, String name, Path archive, String compression)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of("tar", "--create", "--file", archive.toString()));
    command.addAll(List.of("--use-compress-program", "xz " + compression));
    command.addAll(List.of("--sort=name", "--mtime=2000-01-01 00:00Z"));
    command.addAll(List.of("--owner=0", "--group=0", "--numeric-owner"));
    command.addAll(List.of("--directory", staging.toString(), name));
    int code = new ProcessBuilder(command).inheritIO().start().waitFor();
    if (code != 0) {
      throw new IllegalStateException(
          "tar and xz cannot write " + archive + "; are both installed?");
    }
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    for (Path file : list(from)) {
      Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
