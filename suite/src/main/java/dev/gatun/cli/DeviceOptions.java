package dev.gatun.cli;

import dev.gatun.backend.Backend;
import dev.gatun.backend.DeviceDescription;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.backend.cuda.AttentionKernels;
import dev.gatun.backend.cuda.CudaBackend;
import dev.gatun.cli.NamedValues.Attentions;
import dev.gatun.cli.NamedValues.Devices;
import dev.gatun.cli.NamedValues.MathModes;
import dev.gatun.experiment.JobBackends;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.function.Consumer;
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
      names = "--blas",
      paramLabel = "<file>",
      description = {
        "A library with CBLAS and LAPACKE, such as MKL's libmkl_rt.",
        "Default: the OpenBLAS that Gatun brings."
      })
  private Path blas;

  @Option(
      names = "--math",
      paramLabel = "<mode>",
      converter = MathModes.class,
      completionCandidates = MathModes.class,
      description = {
        "How the GPU multiplies matrices: ${COMPLETION-CANDIDATES}. Weights stay f32.",
        "Default: f32, strictly."
      })
  private MathMode math;

  @Option(
      names = "--attention",
      paramLabel = "<kernels>",
      converter = Attentions.class,
      completionCandidates = Attentions.class,
      description = {
        "Whose kernels the GPU computes attention with: ${COMPLETION-CANDIDATES}.",
        "cudnn is for --math bf16. Default: gatun."
      })
  private AttentionKernels attention;

  @Option(
      names = "--cuda-libraries",
      paramLabel = "<folder>",
      description = "A CUDA toolkit, or a folder of its libraries, instead of the first one found.")
  private Path cudaLibraries;

  /** The kind of device: {@code cpu} or {@code cuda}. */
  String kind() {
    return device;
  }

  /** Device, math mode and library in one word, such as {@code cpu} or {@code cuda-bf16-cudnn}. */
  String name() {
    var words = new StringJoiner("-").add(device);
    if (math != null && math != MathMode.F32) {
      words.add(math.label());
    }
    if (attention != null && attention != AttentionKernels.GATUN) {
      words.add(attention.label());
    }
    return words.toString();
  }

  /**
   * Opens the device.
   *
   * @param notices takes what a user should know on the way, in lines
   * @throws IllegalArgumentException if it is not to be had here; there is no silent fallback
   */
  Backend open(Consumer<String> notices) {
    if (device.equals(Devices.CUDA)) {
      refuse("--threads", threads, Devices.CPU);
      refuse("--blas", blas, Devices.CPU);
      return CudaBackend.open(
          math == null ? MathMode.F32 : math,
          attention == null ? AttentionKernels.GATUN : attention,
          Optional.ofNullable(cudaLibraries),
          notices);
    }
    refuse("--math", math == MathMode.F32 ? null : math, Devices.CUDA);
    refuse("--attention", attention, Devices.CUDA);
    refuse("--cuda-libraries", cudaLibraries, Devices.CUDA);
    return CpuBackend.open(threads(), Optional.ofNullable(blas));
  }

  /**
   * Backends for several runs at once, which share the threads; empty for one.
   *
   * @throws IllegalArgumentException if there are fewer threads than jobs, or only one GPU
   */
  Optional<JobBackends> jobs(int jobs) {
    if (jobs < 1) {
      throw new IllegalArgumentException("--jobs " + jobs + ": at least 1 is needed");
    }
    if (jobs == 1) {
      return Optional.empty();
    }
    if (device.equals(Devices.CUDA)) {
      throw new IllegalArgumentException(
          "--jobs %s: runs on one GPU go one after another, since each fills it; leave it out"
              .formatted(jobs));
    }
    if (jobs > threads()) {
      throw new IllegalArgumentException(
          "--jobs %s needs a thread for each, and there are %s; take at most that many"
              .formatted(jobs, threads()));
    }
    return Optional.of(new CpuJobs(jobs, threads(), Optional.ofNullable(blas)));
  }

  private record CpuJobs(int jobs, int threads, Optional<Path> blas) implements JobBackends {
    @Override
    public Backend open(int job) {
      return CpuBackend.open(threads / jobs + (job < threads % jobs ? 1 : 0), blas);
    }
  }

  /** What computes, as rows of a settings table. */
  static Map<String, String> rows(DeviceDescription device) {
    var rows = new LinkedHashMap<String, String>();
    rows.put("device", device.kind() + ", " + device.name());
    rows.put("threads", Integer.toString(device.threads()));
    rows.put("math", device.mathMode());
    rows.putAll(device.libraries());
    return rows;
  }

  private static void refuse(String option, Object value, String device) {
    if (value != null) {
      throw new IllegalArgumentException(
          "%s is for --device %s; leave one of them out".formatted(option, device));
    }
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
