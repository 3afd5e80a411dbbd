package dev.gatun.cli;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.backend.cuda.CudaBackend;
import dev.gatun.cli.NamedValues.Devices;
import dev.gatun.cli.NamedValues.MathModes;
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

  @Option(
      names = "--math",
      paramLabel = "<mode>",
      defaultValue = "f32",
      converter = MathModes.class,
      completionCandidates = MathModes.class,
      description =
          "Matrix products on a GPU: ${COMPLETION-CANDIDATES}; f32 is strict. Default:"
              + " ${DEFAULT-VALUE}.")
  private MathMode math;

  @Option(
      names = "--cuda-libraries",
      paramLabel = "<folder>",
      description =
          "The CUDA libraries to use: a toolkit, a folder of libraries, or a Python package.")
  private Path cudaLibraries;

  /** As given: {@code cpu}. */
  String name() {
    return device;
  }

  /**
   * Opens the device.
   *
   * @throws IllegalArgumentException if it is not to be had here, or has no such option; there is
   *     no silent fallback
   */
  Backend open() {
    return device.equals(Devices.CUDA) ? openCuda() : openCpu();
  }

  private Backend openCpu() {
    if (math != MathMode.F32) {
      throw new IllegalArgumentException(
          "--math %s: the CPU computes in f32 only; leave it out, or add --device cuda"
              .formatted(math.label()));
    }
    if (cudaLibraries != null) {
      throw new IllegalArgumentException("--cuda-libraries is for --device cuda only");
    }
    return CpuBackend.open(threads(), Optional.ofNullable(openBlas));
  }

  private Backend openCuda() {
    if (threads != null || openBlas != null) {
      throw new IllegalArgumentException(
          "%s is for --device cpu only".formatted(threads != null ? "--threads" : "--openblas"));
    }
    return CudaBackend.open(math, Optional.ofNullable(cudaLibraries));
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
