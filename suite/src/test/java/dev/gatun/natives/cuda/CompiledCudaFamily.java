package dev.gatun.natives.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.natives.ForkedJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A CUDA family that the host's C compiler makes: every function that Gatun binds is there and
 * returns success, and those that tell a version or put a status into words do so.
 */
final class CompiledCudaFamily {
  private static final Map<CudaLibrary, String> SPOKEN =
      Map.of(
          CudaLibrary.DRIVER,
          """
          int cuDriverGetVersion(int *version) { *version = DRIVER_VERSION; return 0; }
          int cuGetErrorName(int status, const char **name) {
            *name = status == 2 ? "CUDA_ERROR_OUT_OF_MEMORY" : 0; return 0; }
          int cuGetErrorString(int status, const char **text) {
            *text = status == 2 ? "out of memory" : 0; return 0; }
          """,
          CudaLibrary.CUBLAS,
          """
          int cublasGetProperty(int which, int *value) { *value = which == 0 ? 13 : which; return 0; }
          const char *cublasGetStatusName(int status) { return "CUBLAS_STATUS_ARCH_MISMATCH"; }
          const char *cublasGetStatusString(int status) { return "an architecture mismatch"; }
          """,
          CudaLibrary.CUSOLVER,
          """
          int cusolverGetProperty(int which, int *value) { *value = which == 0 ? 12 : 0; return 0; }
          """,
          CudaLibrary.NVRTC,
          """
          int nvrtcVersion(int *major, int *minor) { *major = 13; *minor = 1; return 0; }
          const char *nvrtcGetErrorString(int status) { return "NVRTC_ERROR_COMPILATION"; }
          """);

  private final Path folder;

  /** A family in this folder; skips the running test, visibly, where there is no compiler. */
  CompiledCudaFamily(Path folder) throws IOException, InterruptedException {
    this.folder = folder;
    assumeTrue(hasCompiler(), "no C compiler (cc) on this machine: nothing to fake CUDA with");
  }

  /** Compiles all of CUDA 13 that Gatun calls, with a driver that states this version. */
  void compileAll(int driverVersion) throws IOException, InterruptedException {
    for (var library : SPOKEN.keySet()) {
      compile(library, driverVersion, "");
    }
  }

  /** Compiles one library without one of its functions. */
  void compile(CudaLibrary library, int driverVersion, String without)
      throws IOException, InterruptedException {
    var code = new StringBuilder(SPOKEN.get(library));
    for (var function : library.boundFunctions()) {
      if (code.indexOf(function + "(") < 0 && !function.equals(without)) {
        code.append("int %s(void) { return 0; }\n".formatted(function));
      }
    }
    var source = Files.writeString(folder.resolve(library + ".c"), code);
    var file = folder.resolve(library.name(CudaRelease.CUDA_13));
    var compiler =
        new ProcessBuilder(
                "cc",
                "-shared",
                "-fPIC",
                "-DDRIVER_VERSION=" + driverVersion,
                "-o",
                file.toString(),
                source.toString())
            .redirectErrorStream(true)
            .start();
    var output = ForkedJvm.output(compiler);
    assertEquals(0, compiler.waitFor(), output);
  }

  private static boolean hasCompiler() throws InterruptedException {
    try {
      var compiler = new ProcessBuilder("cc", "--version").redirectErrorStream(true).start();
      ForkedJvm.output(compiler);
      return compiler.waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
