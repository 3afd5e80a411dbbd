package dev.gatun.backend.cuda;

import dev.gatun.backend.DeviceDescription;
import dev.gatun.backend.MathMode;
import dev.gatun.natives.cuda.CudaLibraries;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;

/** What {@link CudaBackend} computes with, in words. */
final class CudaDescription {
  /** What NVIDIA's libraries read from the environment and results may depend on. */
  private static final List<String> OVERRIDES =
      List.of(
          "NVIDIA_TF32_OVERRIDE",
          "CUBLAS_WORKSPACE_CONFIG",
          "CUBLAS_EMULATE_SINGLE_PRECISION",
          "CUBLAS_EMULATE_DOUBLE_PRECISION",
          "CUBLAS_EMULATION_STRATEGY");

  private CudaDescription() {}

  /** The device, the libraries with their versions, and every setting that results depend on. */
  static DeviceDescription of(
      CudaDevice device,
      KernelCompiler compiler,
      CudaLibraries libraries,
      MathMode math,
      AttentionKernels attention) {
    var all = new LinkedHashMap<>(libraries.versions());
    all.put("compute capability", device.major() + "." + device.minor());
    all.put("kernels compiled with", String.join(" ", compiler.options()));
    all.put(
        "cuBLAS workspace",
        BlockPool.inMebibytes(CublasHandle.WORKSPACE_BYTES) + ", always the same");
    all.put("cuSOLVER mode", "deterministic");
    if (attention == AttentionKernels.CUDNN) {
      all.put(
          "attention",
          "cuDNN, deterministic plans, for %s tokens or more"
              .formatted(CudnnAttention.LEAST_LENGTH));
    }
    for (String variable : OVERRIDES) {
      String value = System.getenv(variable);
      if (value != null) {
        all.put(variable, value);
      }
    }
    return new DeviceDescription(
        "cuda", device.name(), 1, math.label(), Collections.unmodifiableMap(all));
  }
}
