package dev.gatun.backend.cuda;

import dev.gatun.backend.TensorScope;
import dev.gatun.bindings.cusolver.CuSolver;
import dev.gatun.natives.NativeStatusException;
import dev.gatun.natives.cuda.CudaStatus;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Holding;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.ToIntFunction;

/**
 * cuSOLVER on the backend's stream, in its deterministic mode. A routine is run with as much memory
 * as it asks for, given back after it, and its info is read: so a routine cannot be recorded.
 */
final class CusolverHandle implements AutoCloseable {
  private static final int WORKSPACE_ALIGNMENT = 64;

  private final Launcher launcher;
  private final DeviceMemory memory;
  private final ToIntFunction<Tensor> readInt;
  private final MemorySegment handle;
  private final MemorySegment parameters;
  private final Holding holding;

  /**
   * @param readInt what a tensor [1] I32 holds, once the stream has come to it
   */
  CusolverHandle(Launcher launcher, DeviceMemory memory, ToIntFunction<Tensor> readInt) {
    this.launcher = launcher;
    this.memory = memory;
    this.readInt = readInt;
    MemorySegment stream = launcher.stream();
    try (var arena = Arena.ofConfined();
        var opened = new CloseStack()) {
      MemorySegment cell = arena.allocate(ValueLayout.ADDRESS);
      check(CuSolver.cusolverDnCreate(cell), "cusolverDnCreate");
      handle = cell.get(ValueLayout.ADDRESS, 0);
      opened.own(() -> CuSolver.cusolverDnDestroy(handle));
      check(CuSolver.cusolverDnSetStream(handle, stream), "cusolverDnSetStream");
      check(
          CuSolver.cusolverDnSetDeterministicMode(
              handle, CuSolver.CUSOLVER_DETERMINISTIC_RESULTS()),
          "cusolverDnSetDeterministicMode");
      check(CuSolver.cusolverDnCreateParams(cell), "cusolverDnCreateParams");
      parameters = cell.get(ValueLayout.ADDRESS, 0);
      opened.keep();
    }
    holding = Holding.of("a cuSOLVER handle");
  }

  /** The cusolverDnHandle_t, for a {@link Routine}. */
  MemorySegment handle() {
    return handle;
  }

  /** The cusolverDnParams_t, all defaults, for a {@link Routine}. */
  MemorySegment parameters() {
    return parameters;
  }

  /** A routine and what it works on, but for its working memory. */
  interface Routine {
    /** As called, such as {@code cusolverDnXsyevd}. */
    String name();

    /** Writes how many bytes of working memory it needs (size_t each); returns the status. */
    int bufferSize(MemorySegment bytesOnDevice, MemorySegment bytesOnHost);

    /** Runs it; returns the status. */
    int run(Workspace workspace);
  }

  /**
   * Working memory.
   *
   * @param info one int on the device, which the routine overwrites
   */
  record Workspace(
      MemorySegment onDevice,
      long bytesOnDevice,
      MemorySegment onHost,
      long bytesOnHost,
      MemorySegment info) {}

  /**
   * Runs a routine on a matrix and waits for it.
   *
   * @throws NativeStatusException naming the routine, its status or info, and the matrix
   */
  void run(Routine routine, Tensor a) {
    String name = routine.name();
    String shape = "a " + a.type() + Shape.of(a.rows(), a.cols());
    // Makes the device this thread's before the first call.
    launcher.stream();
    launcher.writes().toAnything();
    try (var arena = Arena.ofConfined();
        TensorScope scope = memory.newScope();
        var working = new CloseStack()) {
      MemorySegment bytesOnDevice = arena.allocate(ValueLayout.JAVA_LONG);
      MemorySegment bytesOnHost = arena.allocate(ValueLayout.JAVA_LONG);
      CudaStatus.CUSOLVER.check(
          routine.bufferSize(bytesOnDevice, bytesOnHost), name + "_bufferSize", shape);
      long onDevice = bytesOnDevice.get(ValueLayout.JAVA_LONG, 0);
      long onHost = bytesOnHost.get(ValueLayout.JAVA_LONG, 0);
      Tensor device = scope.zeros(ElementType.F64, Math.max(1, Math.ceilDiv(onDevice, 8L)));
      MemorySegment host = arena.allocate(Math.max(1, onHost), WORKSPACE_ALIGNMENT);
      Tensor info = scope.zeros(ElementType.I32, 1);
      var workspace = new Workspace(device.memory(), onDevice, host, onHost, info.memory());
      // After a failure, what was started may still be working in memory that is freed next.
      working.own(launcher::synchronise);
      CudaStatus.CUSOLVER.check(routine.run(workspace), name, shape);
      CudaStatus.checkInfo(readInt.applyAsInt(info), name, shape);
      working.keep();
    }
  }

  private static void check(int status, String call) {
    CudaStatus.CUSOLVER.check(status, call);
  }

  @Override
  public void close() {
    holding.close();
    // Makes the device this thread's, as every call wants it.
    launcher.stream();
    Leftovers leftovers = launcher.leftovers();
    int status = CuSolver.cusolverDnDestroyParams(parameters);
    leftovers.count(CudaStatus.CUSOLVER, status, "cusolverDnDestroyParams");
    status = CuSolver.cusolverDnDestroy(handle);
    leftovers.count(CudaStatus.CUSOLVER, status, "cusolverDnDestroy");
  }
}
