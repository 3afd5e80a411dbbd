package dev.gatun.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The machine's own name, without asking the network. */
public final class Host {
  private static final Path LINUX_NAME = Path.of("/proc/sys/kernel/hostname");

  private Host() {}

  /** As the system knows it; {@code unknown} if it does not say. */
  public static String name() {
    try {
      if (Files.isReadable(LINUX_NAME)) {
        return Files.readString(LINUX_NAME).strip();
      }
    } catch (IOException _) {
      // The environment may know.
    }
    return Stream.of("HOSTNAME", "COMPUTERNAME")
        .map(System::getenv)
        .filter(name -> name != null && !name.isBlank())
        .findFirst()
        .orElse("unknown");
  }
}
