package dev.gatun.backend.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.gatun.backend.RecordingGuard;
import dev.gatun.bindings.cuda.CudaDriver;
import dev.gatun.natives.cuda.CudaStatus;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/**
 * Kernels on the device: a file is compiled and loaded when the first of its kernels is wanted, in
 * each variant by itself.
 */
final class KernelModules implements AutoCloseable {
  private final CudaDevice device;
  private final KernelCompiler compiler;
  private final RecordingGuard guard;
  private final Map<Unit, Loaded> units = new HashMap<>();
  private final Map<Kernel, KernelFunction> functions = new HashMap<>();

  private record Unit(String file, KernelVariant variant) {}

  private record Loaded(KernelSource source, MemorySegment module) {}

  KernelModules(CudaDevice device, KernelCompiler compiler, RecordingGuard guard) {
    this.device = device;
    this.compiler = compiler;
    this.guard = guard;
  }

  KernelFunction get(Kernel kernel) {
    KernelFunction function = functions.get(kernel);
    return function != null ? function : find(kernel);
  }

  private KernelFunction find(Kernel kernel) {
    guard.refuseInside("loading the kernel " + kernel);
    var unit = units.computeIfAbsent(new Unit(kernel.file(), kernel.variant()), this::load);
    var parameters = unit.source.signature(kernel.function());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment handle = arena.allocate(ADDRESS);
      CudaStatus.DRIVER.check(
          CudaDriver.cuModuleGetFunction(
              handle, unit.module, arena.allocateFrom(kernel.function())),
          "cuModuleGetFunction",
          kernel);
      var function = new KernelFunction(kernel, handle.get(ADDRESS, 0), parameters);
      functions.put(kernel, function);
      return function;
    }
  }

  private Loaded load(Unit unit) {
    KernelSource source = KernelSource.read(unit.file);
    byte[] code = compiler.compile(source, unit.variant);
    device.makeCurrent();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment handle = arena.allocate(ADDRESS);
      CudaStatus.DRIVER.check(
          CudaDriver.cuModuleLoadData(handle, arena.allocateFrom(JAVA_BYTE, code)),
          "cuModuleLoadData",
          source.name(unit.variant));
      return new Loaded(source, handle.get(ADDRESS, 0));
    }
  }

  @Override
  public void close() {
    device.makeCurrent();
    units.values().forEach(this::unload);
    units.clear();
    functions.clear();
  }

  private void unload(Loaded unit) {
    device
        .leftovers()
        .count(
            CudaStatus.DRIVER,
            CudaDriver.cuModuleUnload(unit.module),
            "cuModuleUnload",
            unit.source.file());
  }
}
