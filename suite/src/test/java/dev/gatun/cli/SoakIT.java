package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A training run holds its file descriptors exactly, and from minute 2 on its resident memory
 * within 5 %. {@code -Dgatun.soak.minutes} says how long; a build has time for the first seconds.
 */
@EnabledOnOs(OS.LINUX)
class SoakIT {
  private static final double MINUTES =
      Double.parseDouble(System.getProperty("gatun.soak.minutes", "0.2"));
  private static final double SETTLED_AFTER = 2;
  private static final double MOST_GROWTH = 0.05;

  /** Samples, of which the fewest descriptors count: a checkpoint that is written has its own. */
  private static final int WINDOW = 25;

  private static final long MILLIS_BETWEEN = 100;

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
      steps = 100_000_000
      batch = 8
      length = 64
      learning-rate = 1e-3
      checkpoint-interval = 50
      seed = 3
      """;

  @TempDir Path folder;

  /** What a process holds, and how many minutes after the first checkpoint. */
  private record Sample(double minutes, long residentKibibytes, long descriptors) {}

  @Test
  void aTrainingRunHoldsItsMemoryAndItsDescriptors() throws Exception {
    Path config = Files.writeString(folder.resolve("run.toml"), CONFIG);
    List<String> command =
        List.of(
            Launcher.SCRIPT.toString(),
            "train",
            "--config",
            config.toString(),
            "--threads",
            "1",
            "--out",
            "run");
    List<Sample> samples = new ArrayList<>();
    try (Launcher run = Launcher.start(folder, command)) {
      run.await(line -> line.startsWith("train "));
      // With the first checkpoint all is loaded that a run needs.
      while (Files.notExists(folder.resolve("run/run.safetensors"))) {
        Thread.sleep(MILLIS_BETWEEN);
      }
      long start = System.nanoTime();
      while (samples.isEmpty() || samples.getLast().minutes < MINUTES) {
        samples.add(sampleOf(run.pid(), (System.nanoTime() - start) / 60e9));
      }
      run.interrupt();
      assertEquals(130, run.code(), run.printed().toString());
    }
    LongSummaryStatistics memory = settledMemory(samples);
    LongSummaryStatistics descriptors =
        samples.stream()
            .skip(samples.size() / 3)
            .mapToLong(Sample::descriptors)
            .summaryStatistics();
    System.out.printf(
        "soak: %.1f minutes, %d to %d file descriptors",
        MINUTES, descriptors.getMin(), descriptors.getMax());
    if (memory.getCount() > 0) {
      System.out.printf(
          ", %.1f to %.1f MiB resident from minute %.0f on",
          memory.getMin() / 1024.0, memory.getMax() / 1024.0, SETTLED_AFTER);
    }
    System.out.println();
    assertEquals(descriptors.getMin(), descriptors.getMax(), samples.toString());
    assertTrue(
        memory.getCount() == 0 || memory.getMax() <= (1 + MOST_GROWTH) * memory.getMin(),
        samples.toString());
  }

  private static LongSummaryStatistics settledMemory(List<Sample> samples) {
    return samples.stream()
        .filter(sample -> sample.minutes >= SETTLED_AFTER)
        .mapToLong(Sample::residentKibibytes)
        .summaryStatistics();
  }

  private static Sample sampleOf(long pid, double minutes) throws Exception {
    Path process = Path.of("/proc", Long.toString(pid));
    long fewest = Long.MAX_VALUE;
    for (int i = 0; i < WINDOW; i++) {
      fewest = Math.min(fewest, descriptors(process));
      Thread.sleep(MILLIS_BETWEEN);
    }
    return new Sample(minutes, residentKibibytes(process), fewest);
  }

  private static long descriptors(Path process) throws IOException {
    try (Stream<Path> open = Files.list(process.resolve("fd"))) {
      return open.count();
    }
  }

  private static long residentKibibytes(Path process) throws IOException {
    return Files.readAllLines(process.resolve("status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
