package dev.gatun.bench;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.backend.cuda.CudaBackend;

/** What a benchmark's parameter {@code device} names: {@code cpu} or {@code cuda}. */
final class BenchmarkDevice {
  static final String CPU = "cpu";
  static final String CUDA = "cuda";

  private BenchmarkDevice() {}

  /**
   * Opens it, in f32.
   *
   * @param threads of the CPU; 0 stands for all
   * @throws IllegalArgumentException if it has another name
   */
  static Backend open(String device, int threads) {
    return switch (device) {
      case CPU -> CpuBackend.open(threads == 0 ? CpuBackend.defaultThreads() : threads);
      case CUDA -> CudaBackend.open(MathMode.F32);
      default ->
          throw new IllegalArgumentException(
              "a benchmark's device is cpu or cuda, and not '%s'".formatted(device));
    };
  }

  /** Waits for the device: a GPU works behind the calls. */
  static void await(Backend backend) {
    backend.seconds(() -> {});
  }
}
