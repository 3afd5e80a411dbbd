package dev.gatun.selftest;

import dev.gatun.io.AtomicFile;
import dev.gatun.io.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** What a self-test leaves: at most eight files of at most 16 MiB each, small enough to send. */
final class OutputFolder {
  static final long FILE_LIMIT = 16L << 20;

  private static final String CUT = "\n… cut here: the middle was too large\n";

  private final Path folder;
  private final Path work;

  /** The folder of results, with one inside for what is packed or thrown away at the end. */
  OutputFolder(Path folder) {
    this.folder = folder;
    this.work = folder.resolve("work");
  }

  Path work() {
    return work;
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  void create() throws IOException {
    delete(work);
    Files.createDirectories(work);
  }

  /** What an earlier self-test found; nothing if there was none, or its file is damaged. */
  List<StepResult> earlier() throws IOException {
    Path file = file("selftest.json");
    try {
      return Files.exists(file)
          ? Arrays.asList(JsonMapper.shared().readValue(Files.readString(file), StepResult[].class))
          : List.of();
    } catch (JacksonException _) {
      return List.of();
    }
  }

  /** Writes the page and all that is known so far. */
  void write(String title, List<StepResult> results) throws IOException {
    AtomicFile.write(file("selftest.json"), bytes(Json.indented(results)));
    AtomicFile.write(file("summary.txt"), bytes(Page.of(title, results)));
    AtomicFile.write(file("log.txt"), bytes(log()));
  }

  /** Everything that processes have printed. */
  private String log() throws IOException {
    var text = new StringBuilder();
    try (Stream<Path> logs = Files.list(work)) {
      for (Path log : logs.filter(it -> it.toString().endsWith(".txt")).sorted().toList()) {
        text.append("== ").append(log.getFileName()).append('\n');
        Commands.lines(log).forEach(line -> text.append(line).append('\n'));
      }
    }
    int most = (int) (FILE_LIMIT / 4); // A character takes up to four bytes.
    int half = (most - CUT.length()) / 2;
    return text.length() <= most
        ? text.toString()
        : text.substring(0, half) + CUT + text.substring(text.length() - half);
  }

  /**
   * Packs a folder into a file.
   *
   * @return whether it is small enough; else nothing is kept
   */
  boolean pack(Path from, String name) throws IOException {
    Path target = file(name);
    Path part = work.resolve(name);
    try (var zip = new ZipOutputStream(Files.newOutputStream(part));
        Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        zip.putNextEntry(new ZipEntry(from.relativize(file).toString()));
        Files.copy(file, zip);
        zip.closeEntry();
      }
    }
    if (Files.size(part) > FILE_LIMIT) {
      return false;
    }
    Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
    return true;
  }

  /** Leaves the results alone. */
  void tidy() throws IOException {
    delete(work);
  }

  private static void delete(Path tree) throws IOException {
    if (!Files.exists(tree)) {
      return;
    }
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
