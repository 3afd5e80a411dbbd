package dev.gatun.backend.cpu;

import dev.gatun.backend.DeviceDescription;
import dev.gatun.natives.blas.BlasLibrary;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** What {@link CpuBackend} computes with, in words. */
final class CpuDescription {
  private final int threads;
  private final String processor = Processor.name();
  private final Map<String, String> libraries = new LinkedHashMap<>();

  CpuDescription(int threads, BlasLibrary blas) {
    this.threads = threads;
    String name = blas.name();
    libraries.put(name, blas.version());
    libraries.put(name + " file", blas.file().getFileName().toString());
    libraries.put(name + " configuration", blas.configuration());
    libraries.put(name + " core type", blas.coreType());
    libraries.values().removeIf(String::isEmpty);
    libraries.put("vector width", Lanes.SPECIES.vectorBitSize() + " bits");
  }

  /** Now, with what happened since the backend was opened. */
  DeviceDescription current(int lapackFallbacks) {
    Map<String, String> events =
        lapackFallbacks == 0
            ? Map.of()
            : Map.of("gesvd in place of gesdd", lapackFallbacks + " times");
    return new DeviceDescription(
        "cpu", processor, threads, "f32", Collections.unmodifiableMap(libraries), events);
  }
}
