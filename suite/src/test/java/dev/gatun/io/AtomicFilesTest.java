package dev.gatun.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {
  private static final Map<String, String> OLD =
      new TreeMap<>(Map.of("a", "old a", "b", "old b", "other", "stays"));
  private static final Map<String, String> NEW =
      new TreeMap<>(Map.of("a", "new a", "b", "new b", "c", "new c", "other", "stays"));

  @TempDir Path folder;

  private AtomicFiles files(Disk disk) {
    return new AtomicFiles(folder, disk);
  }

  private void writeOld() throws IOException {
    Files.deleteIfExists(folder.resolve("c"));
    for (var file : OLD.entrySet()) {
      Files.writeString(folder.resolve(file.getKey()), file.getValue());
    }
  }

  /** Replaces the files, and says whether the process came to the end. */
  private boolean replace(Disk disk) {
    Map<String, AtomicFile.Body> bodies = new LinkedHashMap<>();
    for (String name : new String[] {"b", "a", "c"}) {
      byte[] text = NEW.get(name).getBytes(StandardCharsets.UTF_8);
      bodies.put(name, channel -> AtomicFile.writeFully(channel, ByteBuffer.wrap(text)));
    }
    return survives(() -> files(disk).replace(bodies));
  }

  private static boolean survives(Runnable work) {
    try {
      work.run();
      return true;
    } catch (DyingDisk.Killed _) {
      return false;
    }
  }

  private Map<String, String> contents() throws IOException {
    var contents = new TreeMap<String, String>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        contents.put(folder.relativize(file).toString(), Files.readString(file));
      }
    }
    return contents;
  }

  @Test
  void filesAreReplacedTogetherAndOthersStay() throws IOException {
    writeOld();
    assertTrue(replace(Disk.REAL));
    assertEquals(NEW, contents());
  }

  @Test
  void aKillAnywhereLeavesTheOldFilesOrTheNewOnes() throws IOException {
    int old = 0;
    int steps = 0;
    writeOld();
    while (!replace(new DyingDisk(steps))) {
      AtomicFiles.recover(folder, 1);
      boolean isOld = contents().equals(OLD);
      assertEquals(isOld ? OLD : NEW, contents(), "killed after " + steps);
      if (isOld) {
        assertEquals(old++, steps, "once the new files count, they count after each step");
      }
      steps++;
      writeOld();
    }
    assertTrue(old >= 15 && steps >= old + 6, old + " of " + steps);
  }

  @Test
  void aKillWhileOthersCompleteTheWriteLosesNothing() throws IOException {
    int kills = 0;
    for (int written = 0; ; written++) {
      writeOld();
      if (replace(new DyingDisk(written))) {
        break;
      }
      boolean count = Files.exists(folder.resolve(AtomicFiles.STAGED));
      int moved = 0;
      while (count && !survives(completing(new DyingDisk(moved)))) {
        kills++;
        moved++;
        assertTrue(files(Disk.REAL).contain("c"), "it is there, or still to be moved");
      }
      AtomicFiles.recover(folder, 1);
      if (count) {
        assertEquals(NEW, contents());
      }
    }
    assertTrue(kills >= 15, kills + " kills");
  }

  private Runnable completing(Disk disk) {
    return () -> files(disk).complete();
  }

  @Test
  void twoProcessesMayCompleteOneWrite() throws IOException {
    writeOld();
    int steps = 0;
    while (!Files.exists(folder.resolve(AtomicFiles.STAGED))) {
      replace(new DyingDisk(steps++));
      if (!Files.exists(folder.resolve(AtomicFiles.STAGED))) {
        AtomicFiles.recover(folder, 1);
      }
    }
    // The other one moves a file just before this one would.
    files(
            new Disk() {
              @Override
              public void rename(Path from, Path to) throws IOException {
                files(Disk.REAL).complete();
                Disk.super.rename(from, to);
              }
            })
        .complete();
    assertEquals(NEW, contents());
  }

  @Test
  void aFullDiskLeavesTheOldFilesAndNothingElse() throws IOException {
    writeOld();
    for (String name : new String[] {"/a", "/b", "/c"}) {
      var e =
          assertThrows(
              UnwritableFileException.class, () -> replace(new AtomicFileTest.FullDisk(name, 3)));
      assertTrue(e.getMessage().contains("cannot write " + folder + name), e.getMessage());
      assertEquals(OLD, contents());
    }
  }
}
