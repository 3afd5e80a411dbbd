package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.cuda.FakeCuda;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** Benchmarks of each class run on a CPU and on an emulated GPU, in processes of their own. */
class BenchmarksIT {
  @TempDir Path folder;

  private record Ending(int code, String printed) {}

  private static Ending run(Path cuda, List<String> arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(
        List.of("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(
        List.of("-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
    command.add(Benchmarks.class.getName());
    command.addAll(arguments);
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("GATUN_CUDA", cuda.toString());
    Process process = builder.start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ending(process.waitFor(), printed);
  }

  @Test
  void oneOfEachClassRunsOnBothDevices() throws Exception {
    Path results = folder.resolve("results.json");
    String few = "KernelBenchmark.crossEntropy|NativeCallBenchmark|SpectrumBenchmark";
    var arguments = new ArrayList<>(List.of(few, "-p", "device=cpu,cuda", "-p", "rows=8"));
    arguments.addAll(List.of("-f", "0", "-bm", "ss", "-wi", "0", "-i", "1"));
    arguments.addAll(List.of("-rf", "json", "-rff", results.toString()));
    Ending ending = run(FakeCuda.build(), arguments);
    assertEquals(0, ending.code(), ending.printed());
    var entries = JsonMapper.shared().readTree(Files.readString(results));
    // Four benchmarks, on two devices each.
    assertEquals(8, entries.size(), ending.printed());
    entries.forEach(
        entry -> assertTrue(entry.get("primaryMetric").get("score").asDouble() > 0, entry + ""));
  }

  @ParameterizedTest
  @CsvSource({"cpu, true", "cuda, false"})
  void productsAreComparedWithTheLibraryWhereThereIsOne(String device, boolean compared)
      throws Exception {
    String product = "f32-NN-16x16x16";
    var arguments = List.of("products", product, "-p", "device=" + device, "--rounds", "1");
    Ending ending = run(FakeCuda.build(), arguments);
    assertEquals(0, ending.code(), ending.printed());
    String row =
        ending.printed().lines().filter(l -> l.startsWith(product)).findFirst().orElseThrow();
    assertEquals(compared ? 7 : 2, row.strip().split(" +").length, row);
  }

  /** There is no CUDA in the folder that is named. */
  @ParameterizedTest
  @CsvSource({"cuda, CUDA", "gpu, a benchmark's device is cpu or cuda"})
  void aDeviceThatIsNotThereIsOneLine(String device, String says) throws Exception {
    Ending ending = run(folder, List.of("SpectrumBenchmark", "-p", "device=" + device));
    assertEquals(2, ending.code(), ending.printed());
    List<String> lines =
        ending.printed().lines().filter(l -> !l.startsWith("WARNING: Using incubator")).toList();
    assertEquals(1, lines.size(), ending.printed());
    assertTrue(lines.getFirst().startsWith("benchmarks: "), lines.getFirst());
    assertTrue(lines.getFirst().contains(says), lines.getFirst());
  }
}
