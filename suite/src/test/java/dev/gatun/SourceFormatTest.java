package dev.gatun;

import com.google.googlejavaformat.java.Formatter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

  @Test
  void sourcesAreFormatted() throws Exception {
    boolean write = "write".equals(System.getProperty("gatun.format"));
    var formatter = new Formatter();
    var unformatted = new ArrayList<Path>();
    for (Path source : sources()) {
      String text = Files.readString(source);
      String formatted = formatter.formatSourceAndFixImports(text);
      if (!formatted.equals(text)) {
        if (write) {
          Files.writeString(source, formatted);
        } else {
          unformatted.add(source);
        }
      }
    }
    Assertions.assertEquals(List.of(), unformatted, "not formatted; `make format` mends it");
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
