package dev.gatun.backend.cuda;

import dev.gatun.backend.RecordingGuard;
import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The CUDA backend's lower half on the fake driver: memory, transfers and launches. */
final class EmulatedDevice implements AutoCloseable {
  static final Path LIBRARIES = FakeCuda.build();

  final CudaDevice device = openDevice();
  final RecordingGuard guard = new RecordingGuard();
  final List<String> notices = new ArrayList<>();
  final KernelCompiler compiler;
  final DeviceMemory memory = new DeviceMemory(device, guard);
  final KernelModules modules;
  final Launcher launcher;
  final Transfers transfers;
  final TensorScope scope;

  EmulatedDevice(Path cache) {
    compiler =
        new KernelCompiler(device.major(), device.minor(), new CubinCache(cache), notices::add);
    modules = new KernelModules(device, compiler, guard);
    launcher = new Launcher(device, modules, memory);
    transfers = new Transfers(device, launcher, memory);
    scope = memory.newScope();
  }

  @SuppressWarnings("restricted")
  private static CudaDevice openDevice() {
    System.load(LIBRARIES.resolve("libcuda.so.1").toString());
    System.load(LIBRARIES.resolve("libnvrtc.so.13").toString());
    return CudaDevice.open();
  }

  /** A kernel of {@code emulation.cu}. */
  void launch(String kernel, Grid grid, Object... arguments) {
    launcher.launch(new Kernel("emulation", kernel), grid, arguments);
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
