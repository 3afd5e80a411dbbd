package dev.gatun.backend;

import java.util.Map;

/**
 * What computes, for settings tables and provenance.
 *
 * @param kind {@code cpu} or {@code cuda}
 * @param name the processor's own name
 * @param threads worker threads on the host
 * @param mathMode {@code f32}, {@code tf32}, {@code bf16} or, for the oracle, {@code f64}
 * @param libraries native libraries and everything results depend on: name to version, core type,
 *     settings; in a stable order, and the same in every process
 * @param events what happened since the backend was opened, which another run need not meet
 */
public record DeviceDescription(
    String kind,
    String name,
    int threads,
    String mathMode,
    Map<String, String> libraries,
    Map<String, String> events) {

  /** A description without events. */
  public DeviceDescription(
      String kind, String name, int threads, String mathMode, Map<String, String> libraries) {
    this(kind, name, threads, mathMode, libraries, Map.of());
  }
}
