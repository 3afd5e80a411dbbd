package dev.gatun.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kernel compiles for every generation of GPU that Gatun is meant for, with no warning, and
 * with its variables in registers.
 */
class KernelCompilationIT {
  private static final List<Integer> ARCHITECTURES = List.of(80, 90, 100);
  private static final Path KERNELS =
      Path.of(System.getProperty("basedir", "")).resolve("../native/src/main/cuda");
  private static final Pattern SPILLS =
      Pattern.compile("(\\d+) bytes spill stores, (\\d+) bytes spill loads");

  private static Optional<DeviceCodeCompiler> compiler;

  @BeforeAll
  static void findCompiler() {
    compiler = DeviceCodeCompiler.find();
    assumeTrue(
        compiler.isPresent(),
        "kernels not compiled: no NVRTC where Gatun looks (set GATUN_CUDA), and no nvcc on the"
            + " PATH");
  }

  static Stream<Arguments> filesAndArchitectures() throws IOException {
    try (var files = Files.list(KERNELS)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".cu"))
          .sorted()
          .toList()
          .stream()
          .flatMap(name -> ARCHITECTURES.stream().map(number -> Arguments.of(name, number)));
    }
  }

  @ParameterizedTest(name = "{0} for sm_{1}")
  @MethodSource("filesAndArchitectures")
  void compilesWithNoWarningAndNoSpill(String file, int architecture) {
    assumeTrue(
        compiler.orElseThrow().knows(architecture),
        () -> compiler.get() + " does not know sm_" + architecture);
    var source = KernelSource.read(file.replace(".cu", ""));
    String log = compiler.get().log(source, architecture);
    assertEquals("", complaints(source, log), compiler.get() + " says:\n" + log);
  }

  /** Warnings and spills; also where the log does not speak of every kernel. */
  private static String complaints(KernelSource source, String log) {
    String lines =
        log.lines()
            .filter(line -> line.contains("warning") || spills(line))
            .collect(Collectors.joining("\n"));
    long kernels = SPILLS.matcher(log).results().count();
    return kernels >= source.signatures().size()
        ? lines
        : lines + kernels + " kernels in the log, not " + source.signatures().keySet();
  }

  private static boolean spills(String line) {
    var found = SPILLS.matcher(line);
    return found.find() && !(found.group(1).equals("0") && found.group(2).equals("0"));
  }

  private static KernelSource source(String text) {
    return new KernelSource("planted.cu", text, KernelSource.signatures("planted.cu", text));
  }

  @Test
  void aWarningIsAComplaint() {
    KernelSource planted =
        source(
            """
            extern "C" __global__ void planted(float *x) {
              int unused;
              x[0] = 1.0f;
            }
            """);
    assertNotEquals("", complaints(planted, compiler.orElseThrow().log(planted, 80)));
  }

  /** 128 values that are all wanted at the end, by 1,024 threads with 64 registers each. */
  @Test
  void aSpillIsAComplaint() {
    KernelSource planted =
        source(
            """
            extern "C" __global__ void __launch_bounds__(1024) planted(float *x) {
              float held[128];
            #pragma unroll
              for (int i = 0; i < 128; i++) held[i] = x[1024 * i + threadIdx.x];
              __syncthreads();
            #pragma unroll
              for (int i = 0; i < 128; i++) x[1024 * (i * 37 % 128) + threadIdx.x] = held[i];
            }
            """);
    assertNotEquals("", complaints(planted, compiler.orElseThrow().log(planted, 80)));
  }

  @Test
  void anErrorShowsTheCompilersWords() {
    KernelSource planted =
        source("extern \"C\" __global__ void planted(float *x) { x = missing; }");
    var thrown =
        assertThrows(IllegalArgumentException.class, () -> compiler.orElseThrow().log(planted, 80));
    assertEquals(true, thrown.getMessage().contains("missing"), thrown.getMessage());
  }
}
