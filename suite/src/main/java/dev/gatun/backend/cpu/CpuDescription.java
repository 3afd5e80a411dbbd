package dev.gatun.backend.cpu;

import dev.gatun.backend.DeviceDescription;
import dev.gatun.natives.OpenBlasLibrary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;

/** Says what computes, with everything that the results depend on. */
final class CpuDescription {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  private CpuDescription() {}

  static DeviceDescription of(int threads, OpenBlasLibrary library, int lapackFallbacks) {
    var libraries = new LinkedHashMap<String, String>();
    libraries.put("OpenBLAS", library.version());
    libraries.put("OpenBLAS core type", library.coreType());
    libraries.put("OpenBLAS build", library.configuration());
    libraries.put("vectors", "%d x f32".formatted(Lanes.WIDTH));
    if (lapackFallbacks > 0) {
      libraries.put("LAPACK fallbacks", "gesdd failed, gesvd used: " + lapackFallbacks);
    }
    return new DeviceDescription("cpu", name(), threads, "f32", libraries);
  }

  /** The processor's own name on Linux, elsewhere its architecture. */
  private static String name() {
    if (!Files.isReadable(CPU_INFO)) {
      return System.getProperty("os.arch");
    }
    try (var lines = Files.lines(CPU_INFO)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + CPU_INFO, e);
    }
  }
}
