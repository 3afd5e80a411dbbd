package dev.gatun.natives;

import java.util.List;

/**
 * The libraries of the CUDA family, with the names that CUDA 13 and CUDA 12 give them (newest
 * first) and the way each states its version.
 */
enum CudaLibrary {
  DRIVER("CUDA driver", VersionQuery.THOUSANDS, "cuDriverGetVersion", "libcuda.so.1"),
  RUNTIME(
      "CUDA runtime",
      VersionQuery.THOUSANDS,
      "cudaRuntimeGetVersion",
      "libcudart.so.13",
      "libcudart.so.12"),
  CUBLAS_LT(
      "cuBLASLt",
      VersionQuery.PROPERTY,
      "cublasLtGetProperty",
      "libcublasLt.so.13",
      "libcublasLt.so.12"),
  CUBLAS(
      "cuBLAS", VersionQuery.PROPERTY, "cublasGetProperty", "libcublas.so.13", "libcublas.so.12"),
  CUSOLVER(
      "cuSOLVER",
      VersionQuery.PROPERTY,
      "cusolverGetProperty",
      "libcusolver.so.12",
      "libcusolver.so.11"),
  CUDNN("cuDNN", VersionQuery.PROPERTY, "cudnnGetProperty", "libcudnn.so.9"),
  NVRTC("NVRTC", VersionQuery.MAJOR_MINOR, "nvrtcVersion", "libnvrtc.so.13", "libnvrtc.so.12");

  /** The three conventions by which NVIDIA's libraries state their version. */
  enum VersionQuery {
    /** {@code f(int *version)}, 1000 times major plus 10 times minor. */
    THOUSANDS,
    /** {@code f(libraryPropertyType, int *value)} for major, minor and patch level. */
    PROPERTY,
    /** {@code f(int *major, int *minor)}. */
    MAJOR_MINOR
  }

  private final String label;
  private final VersionQuery versionQuery;
  private final String versionFunction;
  private final List<String> names;

  CudaLibrary(String label, VersionQuery versionQuery, String versionFunction, String... names) {
    this.label = label;
    this.versionQuery = versionQuery;
    this.versionFunction = versionFunction;
    this.names = List.of(names);
  }

  String label() {
    return label;
  }

  VersionQuery versionQuery() {
    return versionQuery;
  }

  String versionFunction() {
    return versionFunction;
  }

  List<String> names() {
    return names;
  }

  /** Whether the library comes with the toolkit; the driver library comes with the driver. */
  boolean inToolkit() {
    return this != DRIVER;
  }
}
