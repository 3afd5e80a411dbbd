package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A results folder belongs to one kind of work at a time, and to none once its process is killed.
 */
@EnabledOnOs(OS.LINUX)
class OneProcessIT {
  @TempDir Path folder;

  @Test
  void otherWorkIsRefusedAndAKilledProcessKeepsNothing() throws Exception {
    List<String> command =
        List.of(Launcher.SCRIPT.toString(), "reproduce", "A6", "--out", "results");
    List<String> other = new ArrayList<>(command);
    other.addAll(List.of("--seed", "2"));
    Path results = folder.resolve("results");
    Path run = results.resolve("unfinished/spamlang/v512-seq4.88-rate0.003-seed1");
    try (Launcher first = Launcher.start(folder, command)) {
      first.await(line -> line.contains("train v512"));
      try (Launcher second = Launcher.start(folder, other)) {
        assertEquals(Gatun.USER_ERROR, second.code(), second.printed().toString());
        String last = second.printed().getLast();
        assertTrue(last.startsWith("gatun: results is in use by process "), last);
        assertTrue(last.contains("with other settings"), last);
      }
      first.kill();
    }
    // As an ill-timed kill leaves them.
    Files.createDirectories(run);
    Path above = Files.writeString(results.resolve(".runs.arrow-7-1.tmp"), "half of a fi");
    Path below = Files.writeString(run.resolve(".metrics.arrow-7-1.tmp"), "half of a fi");
    try (Launcher third = Launcher.start(folder, command)) {
      third.await(line -> line.contains("train v512"));
      assertTrue(Files.notExists(above) && Files.notExists(below), "temporary files stay");
      third.interrupt();
      assertEquals(130, third.code(), third.printed().toString());
    }
    assertTrue(Files.notExists(results.resolve(".lock")), "given back");
  }
}
