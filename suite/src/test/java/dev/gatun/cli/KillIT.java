package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Work that is killed at random moments and started again each time ends with the bytes of work
 * that nothing disturbed, and so does work that two processes begin at once, or three share. {@code
 * -Dgatun.torture.kills} says how many kills there are in all three tests, {@code
 * -Dgatun.torture.seed} with which seed.
 */
@EnabledOnOs(OS.LINUX)
class KillIT {
  private static final int KILLS = Integer.getInteger("gatun.torture.kills", 6);
  private static final long SEED = Long.getLong("gatun.torture.seed", System.currentTimeMillis());
  private static final int PROCESSES = 3;
  private static final List<String> SIGNALS = List.of("KILL", "TERM", "INT");

  /** Exit codes of a process that a signal ends: 128 and the signal's number. */
  private static final List<Integer> CODES = List.of(137, 143, 130);

  /** How the names of files end that only unfinished work has. */
  private static final List<String> LEFT = List.of(".tmp", ".staged", ".lock");

  /** Java 25 says so, with a trace, where SIGTERM meets it while it starts. */
  private static final String JAVA_STARTS = "Error occurred during initialization of VM";

  private static final String CONFIG =
      """
      [model]
      vocabulary = 512
      width = 16
      layers = 1
      heads = 2
      context-length = 32
      [data]
      kind = "spamlang"
      [training]
      steps = 200
      batch = 16
      length = 32
      learning-rate = 1e-3
      checkpoint-interval = 20
      seed = 3
      """;

  private static final TreeMap<String, Integer> COUNTS = new TreeMap<>();

  @TempDir Path folder;

  private final SplittableRandom random = new SplittableRandom(SEED);

  @AfterAll
  static void printTheCounts() {
    System.out.printf("torture: processes %s, seed %d%n", COUNTS, SEED);
  }

  /** Prints the counts on the way, where there are many kills. */
  private static void printTheCountsAfter(int kill) {
    if (kill % 100 == 99) {
      printTheCounts();
    }
  }

  @Test
  void killedTrainingEndsWithTheSameBytes() throws Exception {
    Path config = Files.writeString(folder.resolve("run.toml"), CONFIG);
    String[] command = {
      Launcher.SCRIPT.toString(), "train", "--config", config.toString(), "--threads", "1", "--out"
    };
    assertSurvives(KILLS - 2 * (KILLS / 3), command);
    for (int i = 0; i < Math.max(1, KILLS / 20); i++) {
      assertOneOfTwo(folder.resolve("two" + i), command);
    }
  }

  @Test
  void killedSweepEndsWithTheSameBytes() throws Exception {
    assertSurvives(KILLS / 3, SmallReproduction.command().toArray(String[]::new));
  }

  /** Each is started again when it is killed, and goes on beside the other two. */
  @Test
  void threeProcessesOnOneFolderWhichAreKilledEndWithTheSameBytes() throws Exception {
    String[] command = SmallReproduction.command().toArray(String[]::new);
    Path whole = folder.resolve("whole");
    Path shared = folder.resolve("shared");
    long start = System.nanoTime();
    finish(whole, command);
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    List<Launcher> running = new ArrayList<>();
    try {
      for (int i = 0; i < PROCESSES; i++) {
        running.add(start(shared, command));
      }
      for (int i = 0; i < KILLS / 3; i++) {
        int killed = random.nextInt(PROCESSES);
        boolean ended = running.get(killed).endsWithin(random.nextLong(millis));
        running.get(killed).kill();
        running.set(killed, start(shared, command));
        COUNTS.merge(ended ? "one of three ended before" : "KILL of one of three", 1, Integer::sum);
        printTheCountsAfter(i);
      }
      for (Launcher run : running) {
        assertEquals(0, run.code(), "seed " + SEED + ": " + run.printed());
      }
    } finally {
      running.forEach(Launcher::close);
    }
    assertSame(whole, shared);
  }

  /** The command lacks its last word, the folder of the results. */
  private void assertSurvives(int kills, String... command) throws Exception {
    Path whole = folder.resolve("whole");
    Path killed = folder.resolve("killed");
    long start = System.nanoTime();
    finish(whole, command);
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    for (int i = 0; i < kills; i++) {
      if (kill(random.nextLong(millis), killed, command)) {
        assertSame(whole, killed);
        delete(killed);
      }
      printTheCountsAfter(i);
    }
    finish(killed, command);
    assertSame(whole, killed);
  }

  /** Whether the work was over before the signal came. */
  private boolean kill(long millis, Path out, String... command) throws Exception {
    int signal = random.nextInt(SIGNALS.size());
    try (Launcher run = start(out, command)) {
      if (!run.endsWithin(millis)) {
        run.signal(SIGNALS.get(signal));
      }
      int code = run.code();
      String told =
          "SIG%s after %d ms, seed %d: %s"
              .formatted(SIGNALS.get(signal), millis, SEED, run.printed());
      if (run.printed().contains(JAVA_STARTS)) {
        COUNTS.merge("while Java started", 1, Integer::sum);
        return false;
      }
      assertTrue(code == 0 || code == CODES.get(signal), "code " + code + ", " + told);
      assertTrue(run.printed().stream().noneMatch(line -> line.startsWith("\tat ")), told);
      COUNTS.merge(code == 0 ? "ended before the signal" : SIGNALS.get(signal), 1, Integer::sum);
      return code == 0;
    }
  }

  /** Two processes at once on one folder: one does the work, and the other is told. */
  private void assertOneOfTwo(Path out, String... command) throws Exception {
    try (Launcher first = start(out, command);
        Launcher second = start(out, command)) {
      int code = first.code();
      Launcher told = code == 0 ? second : first;
      assertEquals(Gatun.USER_ERROR, code + second.code(), "" + first.printed() + second.printed());
      assertTrue(told.printed().getLast().contains("is in use by process"), "" + told.printed());
    }
    assertSame(folder.resolve("whole"), out);
    delete(out);
    COUNTS.merge("two at once", 1, Integer::sum);
  }

  private void finish(Path out, String... command) throws Exception {
    try (Launcher run = start(out, command)) {
      assertEquals(0, run.code(), "seed " + SEED + ": " + run.printed());
    }
  }

  private Launcher start(Path out, String... command) throws IOException {
    List<String> line = new ArrayList<>(List.of(command));
    line.add(out.toString());
    return Launcher.start(folder, line);
  }

  private static void assertSame(Path whole, Path killed) throws IOException {
    EqualRunsIT.assertEqualBytes(whole, killed);
    try (Stream<Path> files = Files.walk(killed)) {
      List<Path> left =
          files.filter(file -> LEFT.stream().anyMatch(file.toString()::endsWith)).toList();
      assertEquals(List.of(), left, "seed " + SEED);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
