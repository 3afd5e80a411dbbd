package dev.gatun.backend.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.gatun.backend.RecordingGuard;
import dev.gatun.bindings.cuda.CudaDriver;
import dev.gatun.natives.CudaException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/** Kernels on the device: a file is compiled and loaded when the first of its kernels is wanted. */
final class KernelModules implements AutoCloseable {
  private final CudaDevice device;
  private final KernelCompiler compiler;
  private final RecordingGuard guard;
  private final Map<String, Loaded> files = new HashMap<>();
  private final Map<Kernel, KernelFunction> functions = new HashMap<>();

  private record Loaded(KernelSource source, MemorySegment module) {}

  KernelModules(CudaDevice device, KernelCompiler compiler, RecordingGuard guard) {
    this.device = device;
    this.compiler = compiler;
    this.guard = guard;
  }

  /** The kernel, ready to launch. */
  KernelFunction get(Kernel kernel) {
    KernelFunction function = functions.get(kernel);
    return function != null ? function : find(kernel);
  }

  private KernelFunction find(Kernel kernel) {
    guard.refuseInside("loading the kernel " + kernel);
    Loaded file = files.computeIfAbsent(kernel.file(), this::load);
    var parameters = file.source.signature(kernel.function());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment handle = arena.allocate(ADDRESS);
      CudaException.check(
          CudaDriver.cuModuleGetFunction(
              handle, file.module, arena.allocateFrom(kernel.function())),
          "cuModuleGetFunction",
          kernel);
      var function = new KernelFunction(kernel, handle.get(ADDRESS, 0), parameters);
      functions.put(kernel, function);
      return function;
    }
  }

  private Loaded load(String name) {
    KernelSource source = KernelSource.read(name);
    byte[] code = compiler.compile(source);
    device.makeCurrent();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment handle = arena.allocate(ADDRESS);
      CudaException.check(
          CudaDriver.cuModuleLoadData(handle, arena.allocateFrom(JAVA_BYTE, code)),
          "cuModuleLoadData",
          source.file());
      return new Loaded(source, handle.get(ADDRESS, 0));
    }
  }

  @Override
  public void close() {
    device.makeCurrent();
    files
        .values()
        .forEach(file ->
            CudaException.check(
                CudaDriver.cuModuleUnload(file.module), "cuModuleUnload", file.source.file()));
    files.clear();
    functions.clear();
  }
}
