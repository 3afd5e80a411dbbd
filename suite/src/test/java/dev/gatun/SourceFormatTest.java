package dev.gatun;

import com.google.googlejavaformat.java.Formatter;
import dev.gatun.io.Hash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/**
 * Every hand-written source is in google-java-format. A test, not a Maven plugin: the formatter
 * parses with the JVM that it runs in, and Maven's may be older than the language used here. {@code
 * make format} runs this test with {@code -Dgatun.format=write}, which rewrites the files instead.
 */
class SourceFormatTest {
  private static final List<Path> ROOTS = List.of(Path.of("src"), Path.of("../bindings/src/test"));
  private static final String FORMATTER =
      Formatter.class.getProtectionDomain().getCodeSource().getLocation().toString();

  /** Hashes of texts that were found formatted. A fresh clone has none, so that all are read. */
  private static final Path REMEMBERED = Path.of("target", "formatted-sources.txt");

  @Test
  void sourcesAreFormatted() throws Exception {
    boolean write = "write".equals(System.getProperty("gatun.format"));
    var formatter = new Formatter();
    Set<String> before = remembered();
    var formatted = new TreeSet<String>();
    var unformatted = new ArrayList<Path>();
    for (Path source : sources()) {
      String text = Files.readString(source);
      String wanted =
          before.contains(hash(text)) ? text : formatter.formatSourceAndFixImports(text);
      if (wanted.equals(text)) {
        formatted.add(hash(text));
      } else if (write) {
        Files.writeString(source, wanted);
      } else {
        unformatted.add(source);
      }
    }
    Files.write(REMEMBERED, formatted);
    Assertions.assertEquals(List.of(), unformatted, "not formatted; `make format` mends it");
  }

  private static Set<String> remembered() throws IOException {
    return Files.exists(REMEMBERED) ? Set.copyOf(Files.readAllLines(REMEMBERED)) : Set.of();
  }

  /** A hash of the text and of the formatter's version, which is in the name of its file. */
  private static String hash(String text) {
    return Hash.hex(FORMATTER + text);
  }

  private static List<Path> sources() throws IOException {
    var sources = new ArrayList<Path>();
    for (Path root : ROOTS) {
      if (Files.isDirectory(root)) {
        try (Stream<Path> files = Files.walk(root)) {
          files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
        }
      }
    }
    return sources.stream().sorted().toList();
  }
}
