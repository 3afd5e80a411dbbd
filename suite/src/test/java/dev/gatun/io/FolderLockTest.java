package dev.gatun.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderLockTest {
  @TempDir Path folder;

  private List<String> files() throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  @Test
  void theSecondIsToldWhoHasTheFolderUntilItIsGivenBack() throws IOException {
    try (var _ = FolderLock.take(folder)) {
      var e = assertThrows(FolderInUseException.class, () -> FolderLock.take(folder));
      String holder =
          "process %s on %s since ".formatted(ProcessHandle.current().pid(), Host.name());
      assertTrue(e.getMessage().startsWith(folder + " is in use by " + holder), e.getMessage());
      assertEquals(1, e.getMessage().lines().count());
      assertTrue(Files.readString(folder.resolve(".lock")).startsWith(holder));
    }
    assertEquals(List.of(), files());
    FolderLock.take(folder).close();
  }

  @Test
  void whoSharesAFolderDoesACommonWorkOnceAndTheLastOneTidies() throws IOException {
    List<String> done = new ArrayList<>();
    try (var lock = FolderLock.share(folder, Map.of("seed", "1"))) {
      List<String> text = Files.readAllLines(folder.resolve(".lock"));
      assertEquals("seed: 1", text.getFirst());
      assertTrue(text.get(1).startsWith("process " + ProcessHandle.current().pid()), "" + text);
      lock.once(() -> done.add("once"));
      lock.once(() -> done.add("twice"));
      lock.leave(() -> done.add("last"));
      assertEquals(List.of(), files());
    }
    assertEquals(List.of("once", "last"), done);
  }

  @Test
  void aRunIsTakenByOneWhileItsLockIsHeldAndTheFileOfADeadProcessHoldsNothing() throws IOException {
    Path file = folder.resolve("runs").resolve("a.lock");
    Files.createDirectory(folder.resolve("runs"));
    Files.writeString(file, "process 1 on a machine that is gone");
    assertFalse(LockFile.isTaken(file));
    try (LockFile _ = LockFile.tryTake(file).orElseThrow()) {
      assertTrue(LockFile.holder(file).startsWith("process " + ProcessHandle.current().pid()));
      assertTrue(LockFile.tryTake(file).isEmpty());
      assertTrue(LockFile.isTaken(file));
    }
    assertFalse(LockFile.isTaken(file));
  }

  @Test
  void theFileOfADeadProcessLocksNothing() throws IOException {
    Files.writeString(folder.resolve(".lock"), "process 1 on a machine that is gone");
    FolderLock.take(folder).close();
    assertEquals(List.of(), files());
  }

  @Test
  void temporaryFilesOfADeadProcessGoAndOthersStay() throws IOException {
    for (String name : List.of(".runs.arrow-12-34.tmp", ".hidden", "notes.tmp", "runs.arrow")) {
      Files.writeString(folder.resolve(name), "x");
    }
    FolderLock.take(folder).close();
    assertEquals(List.of(".hidden", "notes.tmp", "runs.arrow"), files().stream().sorted().toList());
  }

  @Test
  void aWriteThatADeadProcessBeganIsCompletedOrForgotten() throws IOException {
    Files.writeString(folder.resolve("a"), "old");
    Path unfinished = Files.createDirectory(folder.resolve(".staged-12-34.tmp"));
    Files.writeString(unfinished.resolve("a"), "half of a fi");
    FolderLock.take(folder).close();
    assertEquals(List.of("a"), files());
    assertEquals("old", Files.readString(folder.resolve("a")));
    Path whole = Files.createDirectory(folder.resolve(".staged"));
    Files.writeString(whole.resolve("a"), "new");
    FolderLock.take(folder).close();
    assertEquals(List.of("a"), files());
    assertEquals("new", Files.readString(folder.resolve("a")));
  }

  @Test
  void theLastOneToLeaveTidiesUpAfterOneThatDiedMeanwhile() throws IOException {
    try (var _ = FolderLock.share(folder, Map.of())) {
      Files.createDirectory(folder.resolve(".staged-12-34.tmp"));
    }
    assertEquals(List.of(), files());
  }

  @Test
  void aNewFolderThatStaysEmptyGoes() throws IOException {
    Path inside = folder.resolve("new");
    FolderLock.take(inside).close();
    assertEquals(List.of(), files());
    try (var _ = FolderLock.take(inside)) {
      Files.writeString(inside.resolve("runs.arrow"), "x");
    }
    assertEquals(List.of("new"), files());
  }

  @Test
  void aFileInPlaceOfTheFolderIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "precious");
    var e = assertThrows(UnwritableFileException.class, () -> FolderLock.take(file));
    assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
    assertEquals("precious", Files.readString(file));
  }
}
