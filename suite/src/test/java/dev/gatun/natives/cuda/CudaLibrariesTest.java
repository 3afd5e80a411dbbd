package dev.gatun.natives.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.bindings.cuda.CudaDriver;
import dev.gatun.natives.ForkedJvm;
import dev.gatun.natives.NativeLibraryException;
import dev.gatun.natives.NativeStatusException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loading for real, in JVMs of their own: libraries that the host's C compiler makes. */
class CudaLibrariesTest {
  @TempDir Path folder;

  @Test
  void theBindingsCallWhatWasLoaded() throws Exception {
    new CompiledCudaFamily(folder).compileAll(13010);
    assertEquals(
        List.of(
            "CUDA 13 from GATUN_CUDA (" + folder + ")",
            "{CUDA driver=13.1, cuBLAS=13.1.2, cuSOLVER=12.0.0, NVRTC=13.1}",
            "the driver is called: 13010",
            "cuMemAlloc_v2 returned 2 (CUDA_ERROR_OUT_OF_MEMORY): out of memory [8 bytes]",
            "cuInit returned 4711: a status that this version of the library does not explain",
            "cublasGemmEx returned 8 (CUBLAS_STATUS_ARCH_MISMATCH): an architecture mismatch [a"
                + " 2x3]",
            "nvrtcCompileProgram returned 6 (NVRTC_ERROR_COMPILATION): x.cu does not compile; NVRTC"
                + " says:",
            "x.cu(1): error"),
        load(Map.of("GATUN_CUDA", folder.toString())));
  }

  @Test
  void aLibraryThatIsOnlyPartlyThereIsOneLine() throws Exception {
    var family = new CompiledCudaFamily(folder);
    family.compileAll(13000);
    family.compile(CudaLibrary.CUBLAS, 13000, "cublasDsyrk_v2");
    var lines = load(Map.of(), folder.toString());
    assertEquals(1, lines.size(), lines.toString());
    assertTrue(
        lines
            .getFirst()
            .contains(
                "tried --cuda-libraries ("
                    + folder
                    + "): CUDA 13: libcublas.so.13: lacks cublasDsyrk_v2; install all of CUDA 13"),
        lines.toString());
  }

  @Test
  void aDriverThatIsTooOldIsOneLineWithBothVersions() throws Exception {
    new CompiledCudaFamily(folder).compileAll(11040);
    var lines = load(Map.of(), folder.toString());
    assertEquals(1, lines.size(), lines.toString());
    assertTrue(
        lines
            .getFirst()
            .startsWith(
                "CUDA driver: version 11.4 is too old: CUDA 12 needs 12.0 or newer (NVIDIA driver"
                    + " 525 or newer); update the NVIDIA driver; tried --cuda-libraries"),
        lines.toString());
  }

  @Test
  void aTruncatedLibraryIsRefused() throws Exception {
    new CompiledCudaFamily(folder).compileAll(13000);
    var file = folder.resolve("libcusolver.so.12");
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 4096));
    var lines = load(Map.of(), folder.toString());
    assertTrue(
        lines.getFirst().contains("libcusolver.so.12 is cut short (4096 bytes)"), lines.toString());
  }

  @Test
  void otherLibrariesAfterLoadingAreAnError() throws Exception {
    new CompiledCudaFamily(folder).compileAll(13000);
    var other = Files.createDirectory(folder.resolve("other"));
    var lines = load(Map.of(), folder.toString(), other.toString());
    assertEquals(
        "CUDA libraries: this process uses CUDA 13 from --cuda-libraries (%s) already; choose %s before their first use"
            .formatted(folder, other),
        lines.getLast());
  }

  @Test
  void inspectingThisMachineThrowsNothing() {
    var report = CudaLibraries.report(Optional.empty());
    assertEquals(CudaLibrary.values().length, report.libraries().size());
    assertTrue(report.verdict().startsWith("--device cuda will "), report.verdict());
    report.steps().forEach(step -> assertFalse(step.outcome().isBlank(), step.toString()));
  }

  private static List<String> load(Map<String, String> environment, String... folders)
      throws IOException {
    return ForkedJvm.output(ForkedJvm.start(environment, LoadMain.class, folders)).lines().toList();
  }

  /** Loads from each folder it is given, or the usual way, and says what failures would say. */
  static final class LoadMain {
    private LoadMain() {}

    public static void main(String[] args) {
      try {
        var libraries = CudaLibraries.load(Arrays.stream(args).findFirst().map(Path::of));
        for (var other : args) {
          CudaLibraries.load(Optional.of(Path.of(other)));
        }
        System.out.println(libraries.origin());
        System.out.println(libraries.versions());
        try (var arena = Arena.ofConfined()) {
          var version = arena.allocate(ValueLayout.JAVA_INT);
          CudaStatus.DRIVER.check(CudaDriver.cuDriverGetVersion(version), "cuDriverGetVersion");
          System.out.println("the driver is called: " + version.get(ValueLayout.JAVA_INT, 0));
        }
        print(() -> CudaStatus.DRIVER.check(2, "cuMemAlloc_v2", "8 bytes"));
        print(() -> CudaStatus.DRIVER.check(4711, "cuInit"));
        print(() -> CudaStatus.CUBLAS.check(8, "cublasGemmEx", "a 2x3"));
        print(() -> CudaStatus.checkCompilation(6, "x.cu", () -> "x.cu(1): error\n"));
      } catch (NativeLibraryException e) {
        System.out.println(e.getMessage());
      }
    }

    private static void print(Runnable failing) {
      try {
        failing.run();
      } catch (NativeStatusException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
