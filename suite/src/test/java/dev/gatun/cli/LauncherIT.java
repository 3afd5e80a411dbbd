package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.util.ZstdVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher script: wherever it is called from, and on whatever machine. */
@DisabledOnOs(OS.WINDOWS)
class LauncherIT {
  private static final List<String> TOOLS =
      List.of("sh", "sed", "head", "dirname", "readlink", "cat");

  @TempDir Path temporary;
  private Path folder;

  @BeforeEach
  void enterAFolderWithSpaces() throws IOException {
    folder = Files.createDirectories(temporary.resolve("a folder with spaces"));
  }

  @Test
  void worksThroughLinksFromAnotherFolderWithSpaces() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("my gatun"), Launcher.SCRIPT);
    Path relative = folder.resolve("relative");
    Files.createSymbolicLink(relative, Path.of("my gatun"));
    Path application = Launcher.SCRIPT.getParent().getParent();
    Path linked = Files.createSymbolicLink(folder.resolve("the application"), application);
    for (Path command : List.of(link, relative, linked.resolve("bin").resolve("gatun"))) {
      Answer answer = run(Map.of("GATUN_JAVA", Launcher.java()), command.toString(), "--version");
      assertEquals(0, answer.code(), answer.text());
      assertTrue(answer.text().contains("gatun "), answer.text());
    }
    // JUnit would warn of links that lead out of its temporary folder.
    Files.delete(link);
    Files.delete(linked);
  }

  @Test
  void pipedOutputIsPlainAndJsonIsAlone() throws Exception {
    var builder = new ProcessBuilder(Launcher.SCRIPT.toString(), "claims", "--json");
    builder.environment().put("GATUN_JAVA", Launcher.java());
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor());
    assertTrue(new CommandRun(0, out, "").json().has("claims"));
  }

  @Test
  void withoutANewEnoughJdkOneLineSaysSo() throws Exception {
    Answer answer =
        run(
            Map.of("JAVA_HOME", oldJdk().toString(), "HOME", folder.toString()),
            scriptThatKnowsNoOtherJdk().toString(),
            "--version");
    assertEquals(Gatun.USER_ERROR, answer.code(), answer.text());
    assertEquals(1, answer.text().lines().count(), answer.text());
    assertTrue(answer.text().contains("needs a JDK 25 or newer"), answer.text());
    assertTrue(answer.text().contains("GATUN_JAVA"), answer.text());
  }

  @Test
  void worksWithoutAHome() throws Exception {
    String homeless = "unset HOME; exec '%s' --version".formatted(Launcher.SCRIPT);
    Answer answer = run(Map.of("GATUN_JAVA", Launcher.java()), "sh", "-c", homeless);
    assertEquals(0, answer.code(), answer.text());
    assertEquals(1, answer.text().lines().count(), answer.text());
  }

  @Test
  void namesOfFilesMayHaveAnyLettersInAnyLocale() throws Exception {
    Path out = folder.resolve("r\u00e9sultats");
    Answer answer =
        run(
            Map.of("GATUN_JAVA", Launcher.java(), "LC_ALL", "C"),
            Launcher.SCRIPT.toString(),
            "reproduce",
            "B1",
            "--out",
            out.toString());
    assertEquals(0, answer.code(), answer.text());
    assertTrue(Files.exists(out.resolve("report.html")), names(folder).toString());
  }

  @Test
  void whatJavaSaysBeforeGatunRunsIsKept() throws Exception {
    Answer answer =
        run(
            Map.of("GATUN_JAVA", Launcher.java(), "JDK_JAVA_OPTIONS", "-Xlog:gc:stderr -Xmx64m"),
            Launcher.SCRIPT.toString(),
            "--version");
    assertEquals(0, answer.code(), answer.text());
    assertTrue(answer.text().contains("NOTE: Picked up JDK_JAVA_OPTIONS"), answer.text());
    assertFalse(answer.text().contains("incubator"), answer.text());
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aJavaThatDoesNotStartIsNotOneThatIsMissing() throws Exception {
    for (int kibibytes : new int[] {400_000, 1_500_000}) {
      String limited = "ulimit -v %s; exec '%s' --version".formatted(kibibytes, Launcher.SCRIPT);
      Answer answer = run(Map.of("GATUN_JAVA", Launcher.java()), "sh", "-c", limited);
      assertEquals(Gatun.USER_ERROR, answer.code(), answer.text());
      assertEquals(1, answer.text().lines().count(), answer.text());
      assertTrue(answer.text().contains(Launcher.java() + " does not start"), answer.text());
      assertTrue(answer.text().contains("ulimit -v is " + kibibytes), answer.text());
      assertEquals(List.of(), names(folder));
    }
  }

  /** Whoever reads its output would wait for ever on a part of the launcher that lives on. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aLauncherThatIsKilledLeavesNothingThatHoldsItsOutput() throws Exception {
    Path java = Files.writeString(folder.resolve("java"), "#!/bin/sh\necho ' version \"25' >&2\n");
    assertTrue(java.toFile().setExecutable(true));
    var moments = new Random(1);
    for (int i = 0; i < 100; i++) {
      var builder = new ProcessBuilder(Launcher.SCRIPT.toString()).redirectErrorStream(true);
      builder.environment().put("GATUN_JAVA", java.toString());
      builder.environment().put("GATUN_CACHE", temporary.resolve("cache").toString());
      Process process = builder.start();
      Thread.sleep(moments.nextInt(30));
      process.toHandle().destroyForcibly(); // which leaves the output open
      CompletableFuture.runAsync(() -> process.inputReader().lines().forEach(_ -> {}))
          .get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aCrashLeavesItsFilesInTheCache() throws Exception {
    Path cache = temporary.resolve("cache");
    var builder = new ProcessBuilder(Launcher.SCRIPT.toString(), "reproduce", "A1");
    builder.directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().put("GATUN_JAVA", Launcher.java());
    builder.environment().put("GATUN_CACHE", cache.toString());
    Process process = builder.start();
    try (var output = process.inputReader()) {
      output.lines().filter(line -> line.contains("device")).findFirst().orElseThrow();
      new ProcessBuilder("kill", "-SEGV", Long.toString(process.pid())).start().waitFor();
      output.lines().forEach(_ -> {});
    }
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertTrue(names(cache.resolve("crashes")).stream().anyMatch(n -> n.startsWith("hs_err_")));
    assertTrue(names(folder).stream().noneMatch(n -> n.startsWith("hs_err_")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"reproduce A1", "train --config text-small.toml"})
  void aBadFolderForTemporaryFilesIsFoundBeforeTheWork(String command) throws Exception {
    Path out = folder.resolve("results");
    String options = "-XX:-UsePerfData -Djava.io.tmpdir=" + temporary.resolve("nowhere");
    Files.copy(Path.of("configs", "text-small.toml"), folder.resolve("text-small.toml"));
    List<String> words = new ArrayList<>(List.of(Launcher.SCRIPT.toString()));
    words.addAll(List.of(command.split(" ")));
    words.addAll(List.of("--out", out.toString()));
    Answer answer =
        run(
            Map.of("GATUN_JAVA", Launcher.java(), "JAVA_TOOL_OPTIONS", options),
            words.toArray(String[]::new));
    assertEquals(Gatun.USER_ERROR, answer.code(), answer.text());
    List<String> lines =
        answer.text().lines().filter(line -> !line.contains("java.io.tmpdir directory")).toList();
    assertEquals(1, lines.size(), answer.text());
    assertTrue(lines.getFirst().contains("temporary files"), answer.text());
    assertTrue(lines.getFirst().contains("nowhere"), answer.text());
    assertFalse(Files.exists(out));
  }

  @Test
  void theJavaThatWasNamedIsNotSilentlyReplaced() throws Exception {
    String old = oldJdk().resolve("bin").resolve("java").toString();
    Answer answer = run(Map.of("GATUN_JAVA", old), Launcher.SCRIPT.toString(), "--version");
    assertEquals(Gatun.USER_ERROR, answer.code(), answer.text());
    assertEquals(1, answer.text().lines().count(), answer.text());
    assertTrue(answer.text().contains(old), answer.text());
  }

  @Test
  void aDiskThatTakesNoMoreLeavesTheOldFilesAsTheyWere() throws Exception {
    Path out = folder.resolve("results");
    assertEquals(0, CommandRun.publishedClaims(out).code());
    byte[] report = Files.readAllBytes(out.resolve("report.html"));
    List<String> files = names(out);
    Answer answer = runOnAFullDisk(out, "-DZstdNativePath=" + zstd());
    assertEquals(Gatun.USER_ERROR, answer.code(), answer.text());
    String last = answer.text().lines().toList().getLast();
    assertTrue(last.startsWith("gatun: cannot write "), answer.text());
    assertTrue(last.contains("is unharmed"), last);
    assertArrayEquals(report, Files.readAllBytes(out.resolve("report.html")));
    assertEquals(files, names(out));
    assertEquals(0, CommandRun.of("verify", out).code());
  }

  @Test
  void noRoomForTemporaryFilesIsOneLine() throws Exception {
    Path out = folder.resolve("results");
    Answer answer = runOnAFullDisk(out, "");
    assertEquals(Gatun.USER_ERROR, answer.code(), answer.text());
    String last = answer.text().lines().toList().getLast();
    assertTrue(last.startsWith("gatun: a native library cannot be loaded"), answer.text());
    assertTrue(last.contains("temporary files"), last);
    assertTrue(Files.notExists(out), "an empty folder was left");
  }

  /** A limit on the size of files stands in for a full disk: root passes permissions, not this. */
  private Answer runOnAFullDisk(Path out, String option) throws Exception {
    String limited =
        "ulimit -f 16; exec '%s' reproduce B1 B2 --out '%s'".formatted(Launcher.SCRIPT, out);
    Map<String, String> environment =
        Map.of("GATUN_JAVA", Launcher.java(), "JAVA_TOOL_OPTIONS", "-XX:-UsePerfData " + option);
    return run(environment, "sh", "-c", limited);
  }

  /** Arrow's compression unpacks its library at each start, for which a full disk has no room. */
  private Path zstd() throws IOException {
    String architecture = System.getProperty("os.arch").replace("x86_64", "amd64");
    String resource =
        "/%s/%s/libzstd-jni-%s.so"
            .formatted(
                System.getProperty("os.name").toLowerCase(Locale.ROOT),
                architecture,
                ZstdVersion.VERSION);
    try (var stream = ZstdVersion.class.getResourceAsStream(resource)) {
      Assumptions.assumeTrue(stream != null, "no " + resource + " to start with");
      Path library = temporary.resolve("libzstd.so");
      Files.copy(stream, library);
      return library;
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  private record Answer(int code, String text) {}

  /** Runs in the folder, with an environment that holds nothing of a JDK but what is given. */
  private Answer run(Map<String, String> environment, String... command) throws Exception {
    var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().keySet().removeAll(List.of("GATUN_JAVA", "JAVA_HOME"));
    builder.environment().putAll(environment);
    if (!environment.containsKey("GATUN_JAVA")) {
      builder.environment().put("PATH", toolsAlone().toString());
    }
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    return new Answer(
        process.exitValue(),
        text.lines()
            .filter(line -> !line.startsWith("Picked up "))
            .reduce("", (a, b) -> a + b + "\n"));
  }

  /** The script itself, but for the folder in which systems keep their JDKs. */
  private Path scriptThatKnowsNoOtherJdk() throws IOException {
    String text = Files.readString(Launcher.SCRIPT);
    for (String place : List.of("/usr/lib/jvm", "/Library/Java")) {
      assertTrue(text.contains(place), "the launcher looks elsewhere now: " + place);
      text = text.replace(place, "/nowhere");
    }
    Path bin = Files.createDirectories(folder.resolve("copy").resolve("bin"));
    Path script = Files.writeString(bin.resolve("gatun"), text);
    assertTrue(script.toFile().setExecutable(true));
    return script;
  }

  private Path oldJdk() throws IOException {
    Path bin = Files.createDirectories(folder.resolve("jdk-17").resolve("bin"));
    Path java =
        Files.writeString(
            bin.resolve("java"), "#!/bin/sh\necho 'openjdk version \"17.0.16\" 2025-07-15' >&2\n");
    assertTrue(java.toFile().setExecutable(true));
    return bin.getParent();
  }

  private Path toolsAlone() throws IOException {
    Path tools = Files.createDirectories(folder.resolve("tools"));
    for (String tool : TOOLS) {
      Path link = tools.resolve(tool);
      if (!Files.exists(link)) {
        Files.writeString(link, "#!/bin/sh\nexec %s \"$@\"\n".formatted(find(tool)));
        assertTrue(link.toFile().setExecutable(true));
      }
    }
    return tools;
  }

  private static Path find(String tool) {
    return List.of("/bin", "/usr/bin").stream()
        .map(place -> Path.of(place, tool))
        .filter(Files::exists)
        .findFirst()
        .orElseThrow();
  }
}
