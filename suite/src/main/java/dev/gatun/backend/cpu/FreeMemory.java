package dev.gatun.backend.cpu;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Memory of the host that is not in use. */
final class FreeMemory {
  private static final Path MEMINFO = Path.of("/proc/meminfo");
  private static final String AVAILABLE = "MemAvailable:";

  private FreeMemory() {}

  /** What Linux would give, caches included, but no more than a container's; else what is free. */
  static long bytes() {
    var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    if (!Files.isReadable(MEMINFO)) {
      return system.getFreeMemorySize();
    }
    try (Stream<String> lines = Files.lines(MEMINFO)) {
      long available = available(lines).orElseGet(system::getFreeMemorySize);
      return Math.min(available, system.getTotalMemorySize());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + MEMINFO, e);
    }
  }

  /** As in {@code MemAvailable: 23456789 kB}. */
  static OptionalLong available(Stream<String> meminfo) {
    return meminfo
        .filter(line -> line.startsWith(AVAILABLE))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst();
  }
}
