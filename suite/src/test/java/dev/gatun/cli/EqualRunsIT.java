package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.data.SmallText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same work in two processes, on one thread and on two, leaves the same bytes in every file,
 * but for those whose contents are what differs. {@link ReproduceIT} compares a claim that trains.
 */
@EnabledOnOs(OS.LINUX)
class EqualRunsIT {
  private static final Collection<String> OF_THE_RUN =
      List.of("run.json", "SHA256SUMS", "report.html", "speed.arrow");

  @TempDir Path folder;

  @Test
  void reproductionsAreEqual() throws Exception {
    for (int threads = 1; threads <= 2; threads++) {
      gatun(threads, "reproduce", "B1", "B7");
    }
    assertEqualFolders(5);
    assertEquals(
        List.of("metrics.arrow", "spectra.arrow", "runs.arrow", "verdicts.arrow", "run.json"),
        sums(1).stream().map(line -> line.substring(66)).toList());
    assertEquals(sums(1).subList(0, 4), sums(2).subList(0, 4));
    Process check =
        new ProcessBuilder("sha256sum", "--strict", "-c", "SHA256SUMS")
            .directory(out(1).toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, check.waitFor(), said);
  }

  @Test
  void trainingsAndTheirExportsAreEqual() throws Exception {
    Path text = Files.writeString(folder.resolve("corpus.txt"), SmallText.lines(200));
    Path config =
        Files.writeString(
            folder.resolve("run.toml"),
            """
            [model]
            family = "llama"
            vocabulary = 300
            width = 16
            layers = 1
            heads = 2
            mlp-width = 32
            context-length = 16
            [data]
            corpus = "%s"
            tokenizer = "gpt2"
            [training]
            steps = 5
            batch = 4
            length = 16
            learning-rate = 1e-3
            seed = 1
            """
                .formatted(text));
    for (int threads = 1; threads <= 2; threads++) {
      gatun(threads, "train", "--config", config.toString());
    }
    assertEqualFolders(2);
    for (int threads = 1; threads <= 2; threads++) {
      Path run = Files.move(out(threads), folder.resolve("run" + threads));
      gatun(threads, "export", run.toString(), out(threads).toString());
    }
    assertEqualFolders(3);
  }

  @Test
  void measurementsAreEqual() throws Exception {
    Path model = Path.of("src/test/resources/fixtures/qwen3-tiny").toAbsolutePath();
    for (int threads = 1; threads <= 2; threads++) {
      gatun(
          threads,
          "measure",
          model.toString(),
          "--tokens",
          model.resolve("expected.safetensors").toString(),
          "--dump",
          out(threads).resolve("dump.safetensors").toString());
    }
    assertEqualFolders(6);
  }

  private Path out(int threads) {
    return folder.resolve("threads" + threads);
  }

  private void gatun(int threads, String command, String... arguments) throws Exception {
    List<String> line = new ArrayList<>(List.of(Launcher.SCRIPT.toString(), command));
    line.addAll(List.of(arguments));
    line.addAll(List.of("--threads", "" + threads));
    if (!command.equals("export")) {
      line.addAll(List.of("--out", out(threads).toString()));
    }
    try (Launcher run = Launcher.start(folder, line)) {
      assertEquals(0, run.code(), run.printed().toString());
    }
  }

  private List<String> sums(int threads) throws IOException {
    return Files.readAllLines(out(threads).resolve("SHA256SUMS"));
  }

  private void assertEqualFolders(int files) throws IOException {
    assertEquals(files, assertEqualBytes(out(1), out(2)));
  }

  /** Returns how many files were compared. */
  static int assertEqualBytes(Path one, Path other) throws IOException {
    Set<String> names = namesOfEqualFiles(one);
    assertEquals(names, namesOfEqualFiles(other));
    for (String name : names) {
      assertEquals(-1, Files.mismatch(one.resolve(name), other.resolve(name)), name);
      assertTrue(Files.size(one.resolve(name)) > 0, name);
    }
    return names.size();
  }

  private static Set<String> namesOfEqualFiles(Path folder) throws IOException {
    try (var all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .filter(name -> !OF_THE_RUN.contains(name))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
