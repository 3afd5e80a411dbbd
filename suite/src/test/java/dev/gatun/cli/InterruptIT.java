package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.results.StepSpeed;
import dev.gatun.results.TrainingCurve;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C leaves work that the same command goes on with, and says so. */
@EnabledOnOs(OS.LINUX)
class InterruptIT {
  private static final int INTERRUPTED = 130;
  private static final int TERMINATED = 143;
  private static final Path TERMINAL = Path.of("/usr/bin/script");
  private static final String CONFIG =
      """
      [model]
      vocabulary = 2048
      width = 32
      layers = 2
      heads = 4
      context-length = 64
      [data]
      kind = "spamlang"
      [training]
      steps = 60
      batch = 32
      length = 64
      learning-rate = 1e-3
      seed = 3
      """;

  @TempDir Path folder;

  @Test
  void interruptedTrainingEndsWithTheBytesOfOneThatNeverStopped() throws Exception {
    Path config = Files.writeString(folder.resolve("run.toml"), CONFIG);
    List<String> command = train(config, "interrupted");
    Path checkpoint = folder.resolve("interrupted").resolve("run.safetensors");
    try (Launcher run = Launcher.start(folder, command)) {
      run.await(line -> line.startsWith("train 1 of 60"));
      run.interrupt();
      assertEquals(INTERRUPTED, run.code(), run.printed().toString());
      assertSaysHowToGoOn(run.printed(), "run.safetensors");
      assertTrue(Files.exists(checkpoint));
    }
    byte[] atInterrupt = Files.readAllBytes(checkpoint);
    try (Launcher run = Launcher.start(folder, command)) {
      assertEquals(0, run.code(), run.printed().toString());
      assertTrue(
          run.printed().stream().anyMatch(l -> l.startsWith("resumed after step ")),
          run.printed().toString());
    }
    assertEquals(0, runToTheEnd(train(config, "whole")));
    byte[] whole = Files.readAllBytes(folder.resolve("whole").resolve("run.safetensors"));
    assertFalse(Arrays.equals(atInterrupt, whole), "it was over before the interrupt");
    assertArrayEquals(whole, Files.readAllBytes(checkpoint));
    assertArrayEquals(
        Files.readAllBytes(folder.resolve("whole").resolve("curve.arrow")),
        Files.readAllBytes(folder.resolve("interrupted").resolve("curve.arrow")));
    assertEquals(
        LongStream.rangeClosed(1, 60).boxed().toList(),
        new TrainingCurve(folder.resolve("interrupted"))
            .speeds().stream().map(StepSpeed::step).toList());
  }

  @Test
  void interruptedReproductionKeepsItsFinishedRuns() throws Exception {
    // A6 needs no text, and begins with short runs.
    List<String> command =
        List.of(
            Launcher.SCRIPT.toString(), "reproduce", "A6", "--threads", "1", "--out", "results");
    String first = "v512-seq4.88-rate0.003-seed1";
    Path unfinished = folder.resolve("results").resolve("unfinished");
    try (Launcher run = Launcher.start(folder, command)) {
      run.await(line -> line.contains("train v512-seq19.5"));
      run.interrupt();
      assertEquals(INTERRUPTED, run.code(), run.printed().toString());
      assertSaysHowToGoOn(run.printed(), "results");
    }
    Path finished = unfinished.resolve("spamlang").resolve(first).resolve("runs.arrow");
    byte[] before = Files.readAllBytes(finished);
    assertFalse(Files.exists(folder.resolve("results").resolve("runs.arrow")));
    try (Launcher run = Launcher.start(folder, command)) {
      run.await(line -> line.contains("train v512"));
      run.interrupt();
      assertEquals(INTERRUPTED, run.code(), run.printed().toString());
      assertTrue(run.printed().stream().noneMatch(l -> l.contains("train " + first)));
    }
    assertArrayEquals(before, Files.readAllBytes(finished));
  }

  @Test
  void interruptedMeasurementGoesOnWithTheNextFolder() throws Exception {
    var model = new PlantedModel(4, 128, 8192, 1, 0.5);
    Path first = model.write(folder.resolve("planted").resolve("step1000"));
    Path second = model.write(folder.resolve("planted").resolve("step2000"));
    Path tokens = PlantedModel.tokens(folder.resolve("t.safetensors"), 8, 64, 8192);
    List<String> command =
        List.of(
            Launcher.SCRIPT.toString(),
            "measure",
            first.toString(),
            second.toString(),
            "--tokens",
            tokens.toString(),
            "--out",
            "results");
    try (Launcher run = Launcher.start(folder, command)) {
      run.await(line -> line.startsWith("planted step 2000 0 of 1"));
      run.interrupt();
      assertEquals(INTERRUPTED, run.code(), run.printed().toString());
      assertSaysHowToGoOn(run.printed(), "1 of 2 measurements are done and kept in results");
    }
    try (Launcher run = Launcher.start(folder, command)) {
      assertEquals(0, run.code(), run.printed().toString());
      assertTrue(
          run.printed().stream().noneMatch(l -> l.startsWith("planted step 1000 0 of 1")),
          run.printed().toString());
    }
    assertFalse(Files.exists(folder.resolve("results").resolve("unfinished")));
  }

  @Test
  void soonALineSaysWhatIsDoneAndAnInterruptThenSaysHowToGoOn() throws Exception {
    List<String> command = List.of(Launcher.SCRIPT.toString(), "reproduce", "A1", "--out", "out");
    try (Launcher run = Launcher.start(folder, command)) {
      run.await(line -> line.equals("reading the text to train on") || line.contains("device"));
      run.interrupt();
      assertEquals(INTERRUPTED, run.code(), run.printed().toString());
      assertSaysHowToGoOn(run.printed(), "out");
    }
  }

  @Test
  void anEndBySignalSaysHowToGoOnToo() throws Exception {
    List<String> command =
        List.of(Launcher.SCRIPT.toString(), "reproduce", "A6", "--threads", "1", "--out", "out");
    try (Launcher run = Launcher.start(folder, command)) {
      // The second arm: a run has ended, so that something is kept.
      run.await(line -> line.contains("train v512-seq19.5"));
      run.signal("TERM");
      assertEquals(TERMINATED, run.code(), run.printed().toString());
      assertSaysHowToGoOn(run.printed(), "out");
    }
    for (String judging : List.of("verify", "report")) {
      CommandRun unfinished = CommandRun.of(judging, folder.resolve("out"));
      assertEquals(Gatun.USER_ERROR, unfinished.code());
      assertEquals(1, unfinished.err().lines().count(), unfinished.err());
      assertTrue(unfinished.err().contains("is unfinished"), unfinished.err());
      assertTrue(unfinished.err().contains("run again with the same options"), unfinished.err());
    }
  }

  @Test
  void onATerminalOfEightyColumnsTheBarFitsAndTheLineIsItsOwn() throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(TERMINAL), "SKIPPED: there is no " + TERMINAL);
    String command =
        "stty cols 80; exec '%s' reproduce A6 --threads 1 --out out".formatted(Launcher.SCRIPT);
    var asked = List.of(TERMINAL.toString(), "-qefc", command, "/dev/null");
    try (Launcher run = Launcher.start(folder, asked)) {
      run.await(line -> line.contains("runs done"));
      run.type("\u0003");
      assertEquals(INTERRUPTED, run.code(), run.printed().toString());
      assertSaysHowToGoOn(run.printed(), "out");
      run.printed().stream()
          .filter(line -> line.contains("runs done"))
          .map(line -> line.replace("^C", "")) // the terminal's echo
          .forEach(bar -> assertTrue(bar.length() <= 80, bar));
    }
  }

  private static void assertSaysHowToGoOn(List<String> printed, String where) {
    String last = printed.getLast();
    assertTrue(last.startsWith("gatun: interrupted"), printed.toString());
    assertTrue(last.contains(where), last);
    assertTrue(last.contains("the same command goes on from there"), last);
  }

  private int runToTheEnd(List<String> command) throws IOException, InterruptedException {
    try (Launcher run = Launcher.start(folder, command)) {
      return run.code();
    }
  }

  private static List<String> train(Path config, String out) {
    return List.of(
        Launcher.SCRIPT.toString(),
        "train",
        "--config",
        config.toString(),
        "--threads",
        "1",
        "--out",
        out);
  }
}
