package dev.gatun.natives.cuda;

import dev.gatun.natives.BoundFunctions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The libraries of the CUDA family in the order in which they are loaded, with the names that each
 * release of CUDA gives them and the way each states its version.
 */
enum CudaLibrary {
  DRIVER(
      "CUDA driver",
      Role.CALLED,
      "cuda",
      VersionQuery.THOUSANDS,
      "cuDriverGetVersion",
      "libcuda.so.1",
      "libcuda.so.1"),
  RUNTIME(
      "CUDA runtime",
      Role.OPTIONAL,
      "cudart",
      VersionQuery.THOUSANDS,
      "cudaRuntimeGetVersion",
      "libcudart.so.13",
      "libcudart.so.12"),
  CUBLAS_LT(
      "cuBLASLt",
      Role.DEPENDENCY,
      "",
      VersionQuery.PROPERTY,
      "cublasLtGetProperty",
      "libcublasLt.so.13",
      "libcublasLt.so.12"),
  CUBLAS(
      "cuBLAS",
      Role.CALLED,
      "cublas",
      VersionQuery.PROPERTY,
      "cublasGetProperty",
      "libcublas.so.13",
      "libcublas.so.12"),
  NVJITLINK(
      "nvJitLink",
      Role.DEPENDENCY,
      "",
      VersionQuery.MAJOR_MINOR,
      "nvJitLinkVersion",
      "libnvJitLink.so.13",
      "libnvJitLink.so.12"),
  CUSPARSE(
      "cuSPARSE",
      Role.DEPENDENCY,
      "",
      VersionQuery.PROPERTY,
      "cusparseGetProperty",
      "libcusparse.so.12",
      "libcusparse.so.12"),
  CUSOLVER(
      "cuSOLVER",
      Role.CALLED,
      "cusolver",
      VersionQuery.PROPERTY,
      "cusolverGetProperty",
      "libcusolver.so.12",
      "libcusolver.so.11"),
  /** Its full name ends in NVRTC's minor version. It states no version but that. */
  NVRTC_BUILTINS(
      "NVRTC builtins",
      Role.DEPENDENCY,
      "",
      VersionQuery.NONE,
      "",
      "libnvrtc-builtins.so.13",
      "libnvrtc-builtins.so.12"),
  NVRTC(
      "NVRTC",
      Role.CALLED,
      "nvrtc",
      VersionQuery.MAJOR_MINOR,
      "nvrtcVersion",
      "libnvrtc.so.13",
      "libnvrtc.so.12"),
  /** CUDA 12 and 13 have the same name for it. */
  CUDNN(
      "cuDNN",
      Role.OPTIONAL,
      "cudnn",
      VersionQuery.PROPERTY,
      "cudnnGetProperty",
      "libcudnn.so.9",
      "libcudnn.so.9");

  /** What Gatun wants of a library. */
  enum Role {
    /** Gatun calls it: it must be there, with every function that its bindings name. */
    CALLED,
    /** A called library needs it: loaded first where it is there, else left to the linker. */
    DEPENDENCY,
    /** Loaded where it is there and sound. */
    OPTIONAL
  }

  /** The conventions by which NVIDIA's libraries state their version. */
  enum VersionQuery {
    /** {@code f(int *version)}, 1000 times major plus 10 times minor. */
    THOUSANDS,
    /** {@code f(libraryPropertyType, int *value)} for major, minor and patch level. */
    PROPERTY,
    /** {@code f(int *major, int *minor)}. */
    MAJOR_MINOR,
    NONE
  }

  /** More than any release of CUDA has had. */
  private static final int MINOR_VERSIONS = 20;

  private final String label;
  private final Role role;
  private final String bindings;
  private final VersionQuery versionQuery;
  private final String versionFunction;
  private final String nameInCuda13;
  private final String nameInCuda12;

  CudaLibrary(
      String label,
      Role role,
      String bindings,
      VersionQuery versionQuery,
      String versionFunction,
      String nameInCuda13,
      String nameInCuda12) {
    this.label = label;
    this.role = role;
    this.bindings = bindings;
    this.versionQuery = versionQuery;
    this.versionFunction = versionFunction;
    this.nameInCuda13 = nameInCuda13;
    this.nameInCuda12 = nameInCuda12;
  }

  /** The libraries that come with the toolkit: all but the driver. */
  static List<CudaLibrary> ofToolkit() {
    return Arrays.stream(values()).filter(library -> library != DRIVER).toList();
  }

  String label() {
    return label;
  }

  Role role() {
    return role;
  }

  /** The functions that Gatun's bindings name; none where Gatun makes no calls. */
  List<String> boundFunctions() {
    return bindings.isEmpty() ? List.of() : BoundFunctions.of(bindings);
  }

  VersionQuery versionQuery() {
    return versionQuery;
  }

  String versionFunction() {
    return versionFunction;
  }

  /** The name that the dynamic linker knows it by. */
  String name(CudaRelease release) {
    return switch (release) {
      case CUDA_13 -> nameInCuda13;
      case CUDA_12 -> nameInCuda12;
    };
  }

  /** The major version that this library states in a release: the number that ends its name. */
  int majorVersion(CudaRelease release) {
    var name = name(release);
    return Integer.parseInt(name.substring(name.lastIndexOf('.') + 1));
  }

  /** The names that its file may have in a release, the newest first. */
  List<String> fileNames(CudaRelease release) {
    return this == NVRTC_BUILTINS
        ? IntStream.iterate(MINOR_VERSIONS - 1, minor -> minor >= 0, minor -> minor - 1)
            .mapToObj(minor -> name(release) + "." + minor)
            .toList()
        : List.of(name(release));
  }

  /** The library's file in the first of these folders that has one. */
  Optional<Path> in(List<Path> folders, CudaRelease release) {
    return folders.stream()
        .flatMap(folder -> fileNames(release).stream().map(folder::resolve))
        .filter(Files::isRegularFile)
        .findFirst();
  }
}
