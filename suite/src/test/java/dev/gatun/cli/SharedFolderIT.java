package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.claims.bottleneck.SmallBottleneck;
import dev.gatun.io.FolderLock;
import dev.gatun.io.LockFile;
import dev.gatun.results.ResultsFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two processes on one results folder, of which this one is the first. */
class SharedFolderIT {
  private static final String THIS = "process " + ProcessHandle.current().pid() + " on ";

  @TempDir Path folder;

  @Test
  void theOtherDoesWhatIsFreeThenSaysForWhichRunItWaitsAndEndsWhenItIsFree() throws Exception {
    Path out = folder.resolve("out");
    Path runs = new ResultsFolder(out).unfinished().resolve("bottleneck");
    String taken = SmallBottleneck.setting(8, 1).id();
    List<String> command = new ArrayList<>(SmallReproduction.command());
    command.add(out.toString());
    LockFile run = LockFile.tryTake(runs.resolve(taken + ".lock")).orElseThrow();
    try (Launcher other = Launcher.start(folder, command)) {
      other.await(line -> line.startsWith("waiting for bottleneck/" + taken + " taken by " + THIS));
      assertTrue(new ResultsFolder(runs.resolve(SmallBottleneck.setting(12, 1).id())).exists());
      run.close();
      assertEquals(0, other.code(), other.printed().toString());
    }
    assertEquals(8, new ResultsFolder(out).readEvidence().runs().size());
  }

  @Test
  void anotherSettingIsRefusedAndNamed() throws Exception {
    try (var _ = FolderLock.share(folder, Map.of("tier", "desk"));
        Launcher other = reproduceB1()) {
      assertEquals(Gatun.USER_ERROR, other.code());
      String line = other.printed().getLast();
      assertTrue(line.contains(folder + " is in use by " + THIS), line);
      assertTrue(line.contains("with other settings (there tier: desk, here claims: B1)"), line);
    }
  }

  @Test
  void besideOneThatHasTheFolderAloneItIsRefusedAsWell() throws Exception {
    try (var _ = FolderLock.take(folder);
        Launcher other = reproduceB1()) {
      assertEquals(Gatun.USER_ERROR, other.code());
      String line = other.printed().getLast();
      assertTrue(line.contains(folder + " is in use by " + THIS), line);
    }
  }

  private Launcher reproduceB1() throws Exception {
    return Launcher.start(
        folder, List.of(Launcher.SCRIPT.toString(), "reproduce", "B1", "--out", folder.toString()));
  }
}
