package dev.gatun.backend.cuda;

import java.nio.file.Path;

/** A device of the fake driver, with kernels that test the emulation. */
final class EmulatedDevice extends TestDevice {
  static final Path LIBRARIES = FakeCuda.build();

  EmulatedDevice(Path cache) {
    super(FakeCuda.openDevice(LIBRARIES), cache);
  }

  /** A kernel of {@code emulation.cu}. */
  void launch(String kernel, Grid grid, Object... arguments) {
    launcher.launch(new Kernel("emulation", kernel), grid, arguments);
  }
}
