package dev.gatun.backend.cuda;

import dev.gatun.backend.DeviceDescription;
import dev.gatun.backend.LaunchTime;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.Parts;
import dev.gatun.backend.Recording;
import dev.gatun.backend.RecordingGuard;
import dev.gatun.natives.CacheFolder;
import dev.gatun.natives.cuda.CudaLibraries;
import dev.gatun.natives.cuda.CudaStatus;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import java.util.List;
import java.util.function.Consumer;

/** The device and what its operations share, closed in the reverse order of its opening. */
final class CudaSession implements Parts.Device {
  /** Enough rows for whole waves of thread blocks, at no more than the largest L2 caches hold. */
  private static final long LEAST_WORKING_SET_BYTES = 64L << 20;

  /** 4,096 rows of 131,072 logits: a head's weights and their gradient are then a minor part. */
  private static final long LARGEST_WORKING_SET_BYTES = 2L << 30;

  /** Of the device's memory: 2 GiB of 128, 1.25 of 80. */
  private static final int WORKING_SET_SHARE = 64;

  /** The folder of compiled kernels in the user's cache. */
  static final String KERNEL_CACHE = "kernels";

  private final RecordingGuard guard = new RecordingGuard();
  private final CudaDevice device;
  private final long workingSetBytes;
  private final DeviceDescription description;
  private final DeviceMemory memory;
  private final Launcher launcher;
  private final Transfers transfers;
  private final CublasHandle cublas;
  private final CusolverHandle cusolver;
  private final Parts.CausalAttention attention;
  private final CloseStack parts;

  /**
   * On the first device that the driver shows.
   *
   * @param libraries what {@link CudaLibraries#load} found, for the description
   * @param math how matrices are multiplied, for the description
   * @param attention whose kernels compute it
   * @param notices what a user should know on the way, in lines
   * @throws NoCudaDeviceException if it shows none
   * @throws dev.gatun.natives.NativeLibraryException if cuDNN is asked for and is not there
   */
  CudaSession(
      CudaLibraries libraries,
      MathMode math,
      AttentionKernels attention,
      Consumer<String> notices) {
    try (var opened = new CloseStack()) {
      if (attention == AttentionKernels.CUDNN) {
        CudnnHandle.require(libraries);
      }
      device = opened.own(CudaDevice.open());
      // All of it and not what is free: equal devices make equal chunks, and those equal bytes.
      workingSetBytes =
          Math.clamp(
              device.memory().total() / WORKING_SET_SHARE,
              LEAST_WORKING_SET_BYTES,
              LARGEST_WORKING_SET_BYTES);
      var compiler =
          new KernelCompiler(
              device.major(),
              device.minor(),
              new CubinCache(CacheFolder.ofThisUser().resolve(KERNEL_CACHE)),
              notices);
      description = CudaDescription.of(device, compiler, libraries, math, attention);
      memory = opened.own(new DeviceMemory(device, guard, math));
      launcher =
          opened.own(new Launcher(device, new KernelModules(device, compiler, guard), memory));
      transfers = opened.own(new Transfers(device, launcher, memory));
      cublas = opened.own(new CublasHandle(launcher, memory));
      cusolver = opened.own(new CusolverHandle(launcher, memory, transfers::toInt));
      this.attention = attention(opened, attention, math);
      parts = opened.keep();
    }
  }

  private Parts.CausalAttention attention(
      CloseStack opened, AttentionKernels kernels, MathMode math) {
    var gatuns = new CausalAttention(launcher, memory, math);
    return switch (kernels) {
      case GATUN -> gatuns;
      case CUDNN ->
          opened.own(
              new CudnnAttention(
                  gatuns, opened.own(new CudnnHandle(launcher)), launcher, memory, guard));
    };
  }

  RecordingGuard guard() {
    return guard;
  }

  @Override
  public DeviceDescription description() {
    return description;
  }

  @Override
  public ElementType real() {
    return ElementType.F32;
  }

  @Override
  public boolean isOnHost() {
    return false;
  }

  @Override
  public long workingSetBytes() {
    return workingSetBytes;
  }

  @Override
  public Recording record(Runnable operations) {
    // Launches that are timed one by one, or waited for, cannot be in a graph.
    return device.clock().isOn() || CudaStatus.LAUNCHES_WAIT
        ? Parts.Device.super.record(operations)
        : CudaRecording.of(device, operations);
  }

  @Override
  public void synchronise() {
    device.synchronise();
  }

  @Override
  public double seconds(Runnable operations) {
    return device.clock().seconds(operations);
  }

  @Override
  public List<LaunchTime> launchTimes(Runnable operations) {
    return device.clock().each(operations);
  }

  DeviceMemory memory() {
    return memory;
  }

  Launcher launcher() {
    return launcher;
  }

  Transfers transfers() {
    return transfers;
  }

  CublasHandle cublas() {
    return cublas;
  }

  CusolverHandle cusolver() {
    return cusolver;
  }

  Parts.CausalAttention attention() {
    return attention;
  }

  @Override
  public void close() {
    parts.close();
  }
}
