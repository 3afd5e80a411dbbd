package dev.gatun.backend.cpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The processor's own name. */
final class Processor {
  private static final Path LINUX = Path.of("/proc/cpuinfo");

  private Processor() {}

  /** As Linux tells it, or the architecture where it does not. */
  static String name() {
    String architecture = System.getProperty("os.arch");
    if (!Files.isReadable(LINUX)) {
      return architecture;
    }
    try (var lines = Files.lines(LINUX)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(architecture);
    } catch (IOException e) {
      return architecture + " (" + LINUX + ": " + e.getMessage() + ")";
    }
  }
}
