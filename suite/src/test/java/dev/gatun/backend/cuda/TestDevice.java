package dev.gatun.backend.cuda;

import dev.gatun.backend.MathMode;
import dev.gatun.backend.RecordingGuard;
import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The CUDA backend's lower half, on a device that is open: memory, transfers and launches. */
class TestDevice implements AutoCloseable {
  final CudaDevice device;
  final RecordingGuard guard = new RecordingGuard();
  final List<String> notices = new ArrayList<>();
  final KernelCompiler compiler;
  final DeviceMemory memory;
  final KernelModules modules;
  final Launcher launcher;
  final Transfers transfers;
  final TensorScope scope;

  TestDevice(CudaDevice device, Path cache) {
    this.device = device;
    memory = new DeviceMemory(device, guard, MathMode.F32);
    compiler =
        new KernelCompiler(device.major(), device.minor(), new CubinCache(cache), notices::add);
    modules = new KernelModules(device, compiler, guard);
    launcher = new Launcher(device, modules, memory);
    transfers = new Transfers(device, launcher, memory);
    scope = memory.newScope();
  }

  Tensor floats(float... values) {
    var tensor = scope.zeros(ElementType.F32, values.length);
    transfers.write(values, tensor);
    return tensor;
  }

  @Override
  public void close() {
    scope.close();
    transfers.close();
    launcher.close();
    memory.close();
    device.close();
  }
}
