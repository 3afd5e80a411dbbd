package dev.gatun.backend.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;

import dev.gatun.bindings.cuda.CudaDriver;
import dev.gatun.natives.cuda.CudaStatus;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/** Starts kernels on the backend's one stream. */
final class Launcher implements AutoCloseable {
  private static final int MOST_ARGUMENTS = 64;
  private static final int STRIDE = 8;

  private final CudaDevice device;
  private final KernelModules modules;
  private final Tensor errorFlag;

  // Where the driver finds the arguments: it has copied them when the launch returns.
  private final MemorySegment values;
  private final MemorySegment pointers;

  Launcher(CudaDevice device, KernelModules modules, DeviceMemory memory) {
    this.device = device;
    this.modules = modules;
    values = memory.arena().allocate(MOST_ARGUMENTS * STRIDE, STRIDE);
    pointers = memory.arena().allocate(ADDRESS, MOST_ARGUMENTS);
    for (int i = 0; i < MOST_ARGUMENTS; i++) {
      pointers.setAtIndex(ADDRESS, i, values.asSlice((long) i * STRIDE));
    }
    errorFlag = new DeviceScratch(memory).get(ElementType.I32, 1);
    clearErrorFlag();
  }

  /**
   * Starts the kernel on the backend's stream; loads or compiles its file on first use. An empty
   * grid starts nothing.
   *
   * @param arguments Tensor (its device address; {@code null} for a null pointer), Integer (int),
   *     Long (long long), Float, Double
   * @throws IllegalArgumentException if they do not fit the kernel's signature
   */
  void launch(Kernel kernel, Grid grid, Object... arguments) {
    KernelFunction function = modules.get(kernel);
    function.write(arguments, values, STRIDE);
    if (grid.isEmpty()) {
      return;
    }
    MemorySegment stream = device.stream();
    function.forEachWritten(arguments, device.writes()::to);
    function.allowShared(grid.sharedBytes());
    device.clock().begin();
    int status =
        CudaDriver.cuLaunchKernel(
            function.handle(),
            grid.x(),
            grid.y(),
            1,
            grid.threads(),
            1,
            1,
            grid.sharedBytes(),
            stream,
            pointers,
            MemorySegment.NULL);
    if (status != CudaDriver.CUDA_SUCCESS()) {
      CudaStatus.DRIVER.check(status, "cuLaunchKernel", kernel, grid);
    }
    device.clock().end(kernel.function());
  }

  /** Size a grid by it only where results do not depend on the grid. */
  int multiprocessors() {
    return device.multiprocessors();
  }

  /** Shared memory that a block can have, in bytes. */
  int sharedBytesPerBlock() {
    return device.sharedBytesPerBlock();
  }

  /** [1] I32: 0, or the {@link CheckedOperation#code()} of an operation that met a wrong id. */
  Tensor errorFlag() {
    return errorFlag;
  }

  /** After the flag has been reported. */
  void clearErrorFlag() {
    CudaStatus.DRIVER.check(
        CudaDriver.cuMemsetD32Async(errorFlag.memory().address(), 0, 1, device.stream()),
        "cuMemsetD32Async",
        errorFlag);
  }

  /** The CUstream that everything runs on, for the libraries: asked for at each of their calls. */
  MemorySegment stream() {
    return device.stream();
  }

  /** Waits until all that was asked for is done. */
  void synchronise() {
    device.synchronise();
  }

  /** Times the work in the stream; kernels need not tell it. */
  LaunchClock clock() {
    return device.clock();
  }

  /** Knows what the work in the stream writes; kernels need not be told of. */
  DeviceWrites writes() {
    return device.writes();
  }

  /** Counts what the libraries cannot give back. */
  Leftovers leftovers() {
    return device.leftovers();
  }

  @Override
  public void close() {
    modules.close();
  }
}
