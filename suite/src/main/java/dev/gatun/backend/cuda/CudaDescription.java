package dev.gatun.backend.cuda;

import dev.gatun.backend.DeviceDescription;
import dev.gatun.backend.MathMode;
import dev.gatun.natives.CudaLibraries;
import java.util.Collections;
import java.util.LinkedHashMap;

/** What {@link CudaBackend} computes with, in words. */
final class CudaDescription {
  private CudaDescription() {}

  /** The device, the libraries with their versions, and every setting that results depend on. */
  static DeviceDescription of(
      CudaDevice device, KernelCompiler compiler, CudaLibraries libraries, MathMode math) {
    var all = new LinkedHashMap<>(libraries.versions());
    all.put("compute capability", device.major() + "." + device.minor());
    all.put("kernels compiled with", String.join(" ", compiler.options()));
    all.put(
        "cuBLAS workspace",
        BlockPool.inMebibytes(CublasHandle.WORKSPACE_BYTES) + ", always the same");
    all.put("cuSOLVER mode", "deterministic");
    return new DeviceDescription(
        "cuda", device.name(), 1, math.label(), Collections.unmodifiableMap(all));
  }
}
