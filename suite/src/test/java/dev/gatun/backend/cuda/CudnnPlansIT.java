package dev.gatun.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.backend.AttentionShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real cuDNN takes the graphs of attention and compiles deterministic plans of them, for
 * devices that are described and not there. It runs where {@code GATUN_CUDNN} names the {@code
 * nvidia} folder of a Python environment with nvidia-cudnn-cu13, nvidia-cuda-nvrtc and
 * nvidia-cuda-runtime.
 */
class CudnnPlansIT {
  private static final String VARIABLE = "GATUN_CUDNN";
  private static final String LIBRARY = "libcudnn.so.9";

  @TempDir Path folder;

  @Test
  void plansAreMadeForwardAndBackward() throws IOException, InterruptedException {
    String packages = System.getenv(VARIABLE);
    assumeTrue(
        packages != null,
        VARIABLE
            + " is not set, so the real cuDNN judges no graph; set it to the `nvidia` folder of"
            + " Python's nvidia-cudnn-cu13, nvidia-cuda-nvrtc and nvidia-cuda-runtime");
    List<String> lines = plans(Path.of(packages));
    for (DescribedDevice device : CudnnPlansMain.DEVICES) {
      for (AttentionShape shape : CudnnPlansMain.SHAPES) {
        assertPlanned(lines, CudnnPlansMain.line(device, shape, false));
        assertPlanned(lines, CudnnPlansMain.line(device, shape, true));
      }
    }
  }

  private static void assertPlanned(List<String> lines, String beginning) {
    assertTrue(
        lines.stream().anyMatch(line -> line.startsWith(beginning + "planned")),
        () -> beginning + "no plan among\n" + String.join("\n", lines));
  }

  private List<String> plans(Path packages) throws IOException, InterruptedException {
    var compiler = HostCompiler.find();
    assumeTrue(compiler.isPresent(), HostCompiler.MISSING);
    Path driver = folder.resolve("libcuda.so.1");
    compiler
        .get()
        .link(
            List.of(Path.of("src", "test", "cpp", "absent_device", "libcuda.cpp")),
            driver,
            List.of());
    var process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                CudnnPlansMain.class.getName(),
                file(packages, LIBRARY).toString())
            .redirectErrorStream(true);
    process.environment().put("LD_LIBRARY_PATH", libraryPath(packages));
    var running = process.start();
    var text = new String(running.getInputStream().readAllBytes());
    assertEquals(0, running.waitFor(), text);
    System.out.println(text);
    return text.lines().toList();
  }

  /** The driver first, then every folder of a library. */
  private String libraryPath(Path packages) throws IOException {
    try (Stream<Path> files = Files.walk(packages)) {
      return Stream.concat(
              Stream.of(folder),
              files.filter(it -> it.toString().contains(".so")).map(Path::getParent).distinct())
          .map(Path::toString)
          .collect(Collectors.joining(":"));
    }
  }

  private static Path file(Path packages, String name) throws IOException {
    try (Stream<Path> files = Files.walk(packages)) {
      return files
          .filter(it -> it.getFileName().toString().equals(name))
          .findFirst()
          .orElseThrow(() -> new IOException(name + " is not below " + packages));
    }
  }
}
