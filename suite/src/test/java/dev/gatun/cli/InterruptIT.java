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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C leaves work that the same command goes on with, and says so. */
@EnabledOnOs(OS.LINUX)
class InterruptIT {
  private static final int INTERRUPTED = 130;
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
