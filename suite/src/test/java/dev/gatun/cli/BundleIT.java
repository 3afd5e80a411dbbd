package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.cuda.FakeCuda;
import dev.gatun.bundle.Bundle;
import dev.gatun.data.CorpusChoice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The bundle as a user unpacks it: on a node with no JDK, no fonts and no network. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class BundleIT {
  private static final Path APPLICATION = Path.of("target", "gatun").toAbsolutePath();

  /** What a node surely has; no java among it. */
  private static final List<String> TOOLS =
      List.of("sh", "sed", "head", "dirname", "readlink", "env");

  /** For processes whose lives are not worth C2's work. */
  private static final Map<String, String> SHORT_LIVES =
      Map.of("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1");

  @TempDir static Path node;
  private static Path archive;
  private static Path root;

  @BeforeAll
  static void buildAndUnpack() throws Exception {
    Path jmods = Path.of(System.getProperty("java.home"), "jmods");
    boolean links = Files.isDirectory(jmods) || Files.exists(jmods.resolveSibling("lib/modules"));
    Assumptions.assumeTrue(
        ToolProvider.findFirst("jlink").isPresent() && links, "this JDK cannot link a runtime");
    archive = node.resolve("gatun-test-linux-x86_64.tar.xz");
    Path tests = Path.of("target", "test-classes").toAbsolutePath();
    Bundle.create(
        APPLICATION,
        tests,
        Path.of("..", "results", "reference", "amd-epyc-avx512-2-cores"),
        archive,
        Bundle.FAST);
    var tar = new ProcessBuilder("tar", "-xf", archive.toString()).directory(node.toFile());
    assertEquals(0, tar.inheritIO().start().waitFor());
    root = node.resolve("gatun-test-linux-x86_64");
    forgetOtherJdks(root.resolve("bin").resolve("gatun"));
    Files.createDirectories(node.resolve("tools"));
    for (String tool : TOOLS) {
      Path script = node.resolve("tools").resolve(tool);
      Files.writeString(script, "#!/bin/sh\nexec %s \"$@\"\n".formatted(find(tool)));
      assertTrue(script.toFile().setExecutable(true));
    }
  }

  /** Else a bundle without its runtime might pass by the JDK that builds it. */
  private static void forgetOtherJdks(Path script) throws IOException {
    String text = Files.readString(script);
    assertTrue(text.contains("/usr/lib/jvm"), "the launcher looks elsewhere now");
    Files.writeString(script, text.replace("/usr/lib/jvm", "/nowhere"));
  }

  private static Path find(String tool) {
    return Stream.of("/bin", "/usr/bin")
        .map(place -> Path.of(place, tool))
        .filter(Files::exists)
        .findFirst()
        .orElseThrow();
  }

  /** Starts the bundle's command with an environment that holds nothing of a JDK. */
  private static Launcher gatun(String... arguments) throws IOException {
    return gatun(Map.of(), arguments);
  }

  private static Launcher gatun(Map<String, String> more, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(List.of(root.resolve("bin").resolve("gatun").toString()));
    command.addAll(List.of(arguments));
    Map<String, String> environment = new TreeMap<>();
    environment.put("PATH", node.resolve("tools").toString());
    environment.put("HOME", Files.createDirectories(node.resolve("home")).toString());
    environment.putAll(more);
    return Launcher.start(node, command, environment);
  }

  @Test
  void bringsEveryLibraryOfTheApplicationAndItsText() throws IOException {
    assertEquals(names(APPLICATION.resolve("lib")), names(root.resolve("lib")));
    assertEquals(names(APPLICATION.resolve("text")), names(root.resolve("text")));
    assertFalse(Files.exists(root.resolve("runtime").resolve("lib").resolve("src.zip")));
    assertFalse(Files.exists(archive.resolveSibling("bundle")), "staging is put away");
  }

  /** Only {@code make bundle}, which compresses for minutes, knows the exact size. */
  @Test
  void wouldBeNoLargerThanItMayBe() throws IOException {
    double size = Files.size(archive) / Bundle.FAST_OVER_SMALL;
    assertTrue(size < Bundle.LIMIT, "about " + size + " bytes of at most " + Bundle.LIMIT);
  }

  @Test
  void tokenizersAreAnArchiveOfTheirOwnToUnpackOverIt() throws Exception {
    try (Launcher without = gatun("doctor")) {
      without.code();
      assertTrue(
          without.printed().stream().anyMatch(l -> l.contains("-tokenizers.tar.xz over it")),
          without.printed().toString());
    }
    List<String> packed = new ArrayList<>();
    var tar = new ProcessBuilder("tar", "-tf", Bundle.tokenizers(archive).toString());
    tar.start().inputReader().lines().filter(l -> l.endsWith(".jar")).forEach(packed::add);
    assertEquals(1, packed.size(), packed.toString());
    assertTrue(Files.exists(node.resolve(packed.getFirst())), packed + " is in the bundle too");
  }

  /** Everything but the sizes is as on a GPU: the paths, the classes, the options, the limits. */
  @Test
  void selftestRunsEveryStepOnAnEmulatedGpu() throws Exception {
    Map<String, String> environment = new TreeMap<>(SHORT_LIVES);
    environment.put("GATUN_CUDA", FakeCuda.build().toString());
    String[] arguments = {
      "selftest",
      "--out",
      node.resolve("selftest").toString(),
      "--device",
      "cuda",
      "--small",
      "--minutes",
      "60"
    };
    Path out = node.resolve("selftest");
    List<String> page;
    try (Launcher run = gatun(environment, arguments)) {
      assertEquals(0, run.code(), run.printed().toString());
      page = run.printed();
    }
    for (String step :
        List.of("doctor", "kernels", "smoke", "contract", "bench", "profile", "claims")) {
      assertTrue(
          page.stream().anyMatch(line -> line.startsWith("PASSED " + step + " (")),
          step + " in " + page);
    }
    assertTrue(page.contains("  there is no compute-sanitizer here"), page.toString());
    assertTrue(
        page.stream().anyMatch(line -> line.startsWith("  attention by cuDNN: 1 passed, 0 failed")),
        page.toString());
    assertTrue(
        page.stream().anyMatch(line -> line.matches("  [0-9.]+ % .* attention_tensor_keys")),
        page.toString());
    assertTrue(Files.readString(out.resolve("summary.txt")).length() <= 12_000);
    assertEquals(
        List.of(
            "bench.json",
            "contract.txt",
            "doctor.json",
            "evidence.zip",
            "kernels.json",
            "log.txt",
            "selftest.json",
            "summary.txt"),
        names(out));
  }

  /** A script takes the place of compute-sanitizer, which needs a GPU, and says its options. */
  @Test
  void kernelsRunUnderComputeSanitizerWhereThereIsOne() throws Exception {
    Path tools = Files.createDirectories(node.resolve("sanitizer"));
    Path options = node.resolve("sanitizer-options.txt");
    String script =
        """
        #!/bin/sh
        while [ "${1#--}" != "$1" ]; do echo "$1 $2" >>%s; shift 2; done
        exec "$@"
        """
            .formatted(options);
    Path sanitizer = Files.writeString(tools.resolve("compute-sanitizer"), script);
    assertTrue(sanitizer.toFile().setExecutable(true));
    Map<String, String> environment = new TreeMap<>(SHORT_LIVES);
    environment.put("GATUN_CUDA", FakeCuda.build().toString());
    environment.put("PATH", node.resolve("tools") + ":" + tools);
    String out = node.resolve("memory").toString();
    String[] arguments = {
      "selftest", "--out", out, "--device", "cuda", "--only", "memory", "--small"
    };
    try (Launcher run = gatun(environment, arguments)) {
      assertEquals(0, run.code(), run.printed().toString());
      assertTrue(
          run.printed().stream().anyMatch(l -> l.startsWith("  memory: 3 passed, 0 failed in ")),
          run.printed().toString());
    }
    assertEquals(
        List.of("--tool memcheck", "--error-exitcode 9", "--print-limit 20"),
        Files.readAllLines(options));
  }

  /** One test of each part, so that a class that the archive lacks is found. */
  @Test
  void everyPartOfTheContractRunsOnTheCpu() throws Exception {
    String[] arguments = {
      "selftest", "--out", node.resolve("cpu").toString(), "--only", "contract", "--small"
    };
    try (Launcher run = gatun(SHORT_LIVES, arguments)) {
      assertEquals(0, run.code(), run.printed().toString());
      for (String part :
          List.of("operations", "products", "linear algebra", "fixtures", "training")) {
        assertTrue(
            run.printed().stream()
                .anyMatch(l -> l.startsWith("  " + part + ": 1 passed, 0 failed")),
            part + " in " + run.printed());
      }
    }
  }

  /** A call of the driver, by JMH; without CUDA libraries one line says so. */
  @Test
  void benchmarksRunOnAnEmulatedGpu() throws Exception {
    List<String> command =
        List.of(
            root.resolve("bin").resolve("benchmarks").toString(),
            "NativeCallBenchmark.smallestCall",
            "-p",
            "device=cuda",
            "-f",
            "1",
            "-bm",
            "ss",
            "-wi",
            "0",
            "-i",
            "1");
    Map<String, String> environment = new TreeMap<>();
    environment.put("PATH", node.resolve("tools").toString());
    environment.put("HOME", Files.createDirectories(node.resolve("home")).toString());
    environment.put("GATUN_CUDA", FakeCuda.build().toString());
    try (Launcher run = Launcher.start(node, command, environment)) {
      assertEquals(0, run.code(), run.printed().toString());
      assertTrue(
          run.printed().stream()
              .anyMatch(line -> line.matches("NativeCallBenchmark.smallestCall +cuda +ss .*")),
          run.printed().toString());
    }
    environment.put("GATUN_CUDA", node.toString());
    try (Launcher run = Launcher.start(node, command, environment)) {
      assertEquals(2, run.code(), run.printed().toString());
      assertTrue(
          run.printed().stream().anyMatch(line -> line.startsWith("benchmarks: ")),
          run.printed().toString());
    }
  }

  /** Where there are no CUDA libraries every step says so, and one can be run again. */
  @Test
  void selftestGoesOnAfterAFailureAndRunsOneStepAgain() throws Exception {
    Path out = node.resolve("without-gpu");
    String[] arguments = {
      "selftest", "--out", out.toString(), "--device", "cuda", "--small", "--minutes", "0.5"
    };
    try (Launcher run = gatun(Map.of("GATUN_CUDA", node.toString()), arguments)) {
      assertEquals(1, run.code(), run.printed().toString());
      assertTrue(
          run.printed().stream().anyMatch(l -> l.startsWith("FAILED contract (")),
          run.printed().toString());
    }
    String[] again = {"selftest", "--out", out.toString(), "--only", "doctor"};
    try (Launcher run = gatun(again)) {
      assertEquals(1, run.code(), run.printed().toString());
      List<String> page = run.printed();
      assertTrue(page.stream().anyMatch(l -> l.startsWith("PASSED doctor (")), page.toString());
      assertTrue(page.stream().anyMatch(l -> l.startsWith("FAILED contract (")), page.toString());
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void measuresOnTheCpuAndDrawsTheReport() throws Exception {
    Path out = node.resolve("out");
    try (Launcher run = gatun("reproduce", "B1", "B2", "B7", "--out", out.toString())) {
      assertEquals(0, run.code(), run.printed().toString());
    }
    String report = Files.readString(out.resolve("report.html"));
    assertTrue(report.contains("class=\"chart\""), "the report has figures");
    assertEquals(0, CommandRun.of("verify", out).code());
  }

  @Test
  void trainsOnTheSameTextAsTheApplication() throws Exception {
    String hash = CorpusChoice.code().read(_ -> {}).sha256();
    Path out = node.resolve("trained");
    try (Launcher run = gatun("reproduce", "A1", "--tier", "quick", "--out", out.toString())) {
      run.await(line -> line.contains("train d32-seed1") && line.contains("loss"));
      run.interrupt();
      run.code();
      assertTrue(
          run.printed().stream().anyMatch(l -> l.contains("corpus sha256") && l.contains(hash)),
          run.printed().toString());
    }
  }
}
