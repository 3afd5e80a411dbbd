package dev.gatun.cli;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.cli.NamedValues.Devices;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which device computes, and with what. */
final class DeviceOptions {
  @Option(
      names = "--device",
      paramLabel = "<device>",
      defaultValue = Devices.CPU,
      converter = Devices.class,
      completionCandidates = Devices.class,
      description = "What computes: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private String device;

  @Option(
      names = "--threads",
      paramLabel = "<n>",
      description = "Threads on the CPU. Default: all processors.")
  private Integer threads;

  @Option(
      names = "--openblas",
      paramLabel = "<file>",
      description = "An OpenBLAS library with LAPACKE instead of the one that Gatun brings.")
  private Path openBlas;

  /** As given: {@code cpu}. */
  String name() {
    return device;
  }

  /**
   * Opens the device.
   *
   * @throws IllegalArgumentException if it is not to be had here; there is no silent fallback
   */
  Backend open() {
    if (device.equals(Devices.CUDA)) {
      throw new IllegalArgumentException(
          "--device cuda: this version computes on the CPU only; use --device cpu");
    }
    return CpuBackend.open(threads(), Optional.ofNullable(openBlas));
  }

  private int threads() {
    if (threads == null) {
      return CpuBackend.defaultThreads();
    }
    if (threads < 1) {
      throw new IllegalArgumentException("--threads " + threads + ": at least 1 is needed");
    }
    return threads;
  }
}
