package dev.gatun.backend.cpu;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What the processor says of itself. */
final class Processor {
  private static final Path LINUX = Path.of("/proc/cpuinfo");

  private Processor() {}

  /** The model's name as Linux tells it, or the architecture where it does not. */
  static String name() {
    return field("model name").orElseGet(() -> System.getProperty("os.arch"));
  }

  static boolean isAmd() {
    return field("vendor_id").filter("AuthenticAMD"::equals).isPresent();
  }

  /** What Linux says of the first processor. */
  private static Optional<String> field(String name) {
    if (!Files.isReadable(LINUX)) {
      return Optional.empty();
    }
    try (var lines = Files.lines(LINUX)) {
      return lines
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst();
    } catch (IOException | UncheckedIOException e) {
      return Optional.empty();
    }
  }
}
