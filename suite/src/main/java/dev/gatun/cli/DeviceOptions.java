package dev.gatun.cli;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which device computes, and with what. */
final class DeviceOptions {
  /** Devices that Gatun knows. */
  private enum Device {
    CPU,
    CUDA
  }

  @Option(
      names = "--device",
      paramLabel = "<device>",
      defaultValue = "cpu",
      description = "What computes: cpu. Default: ${DEFAULT-VALUE}.")
  private Device device;

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

  /**
   * Opens the device.
   *
   * @throws IllegalArgumentException if it is not to be had here; there is no silent fallback
   */
  Backend open() {
    return switch (device) {
      case CPU -> CpuBackend.open(threads(), Optional.ofNullable(openBlas));
      case CUDA ->
          throw new IllegalArgumentException(
              "--device cuda: this version computes on the CPU only; use --device cpu");
    };
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
