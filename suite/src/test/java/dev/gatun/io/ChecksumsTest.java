package dev.gatun.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChecksumsTest {
  @TempDir Path folder;

  private static AtomicFile.Body body(byte[] bytes) {
    return channel -> AtomicFile.writeFully(channel, ByteBuffer.wrap(bytes));
  }

  @BeforeEach
  void write() throws IOException {
    Files.writeString(folder.resolve("a.txt"), "some");
    Files.writeString(folder.resolve("b.txt"), "text");
    new Checksums(folder).seal();
  }

  private Optional<String> fault() {
    return new Checksums(folder).fault(List.of("a.txt", "b.txt"));
  }

  private void assertFault(String... parts) {
    String fault = fault().orElseThrow();
    for (String part : parts) {
      assertTrue(fault.contains(part), fault);
    }
    assertFalse(fault.contains("\n"), fault);
  }

  @Test
  void theListIsAsSha256sumWritesIt() throws IOException {
    assertEquals(
        """
        a6b46dd0d1ae5e86cbc8f37e75ceeb6760230c1ca4ffbcb0c97b96dd7d9c464b  a.txt
        982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1  b.txt
        """,
        Files.readString(folder.resolve("SHA256SUMS")));
    assertEquals(Optional.empty(), fault());
  }

  @Test
  void everyFlippedBitOfAnyFileIsFound() throws IOException {
    for (String name : List.of("a.txt", "b.txt", "SHA256SUMS")) {
      Path file = folder.resolve(name);
      byte[] whole = Files.readAllBytes(file);
      for (int bit = 0; bit < 8 * whole.length; bit++) {
        byte[] flipped = whole.clone();
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
        Files.write(file, flipped);
        assertFault(folder.toString(), "SHA256SUMS");
        if (!name.equals("SHA256SUMS")) {
          assertFault(file.toString());
        }
      }
      Files.write(file, whole);
    }
    assertEquals(Optional.empty(), fault());
  }

  @Test
  void aNameThatNoFileCanHaveIsDamage() throws IOException {
    Path list = folder.resolve("SHA256SUMS");
    byte[] whole = Files.readAllBytes(list);
    for (int odd : new int[] {0, 7, 0x7f, 0xe4}) {
      byte[] damaged = whole.clone();
      damaged[66] = (byte) odd;
      Files.write(list, damaged);
      assertFault(list + " is truncated, damaged or edited");
    }
  }

  @Test
  void whatIsMissingIsNamed() throws IOException {
    Files.delete(folder.resolve("b.txt"));
    assertFault("there is no " + folder.resolve("b.txt"));
    new Checksums(folder).seal();
    assertFault("SHA256SUMS has no checksum of b.txt");
    Files.delete(folder.resolve("SHA256SUMS"));
    assertFault("there is no " + folder.resolve("SHA256SUMS"));
  }

  @Test
  void aFolderThatIsNotThereIsNamed() {
    Path none = folder.resolve("none");
    assertEquals(
        Optional.of("there is no folder " + none), new Checksums(none).fault(List.of("a.txt")));
  }

  @Test
  void filesThatShareAFolderKeepTheirChecksums() throws IOException {
    var checksums = new Checksums(folder);
    checksums.update(Map.of("c.txt", body(new byte[] {1}), "a.txt", body(new byte[] {2})));
    assertEquals(Optional.empty(), checksums.fault(List.of("a.txt", "b.txt", "c.txt")));
    Files.writeString(folder.resolve("b.txt"), "other text");
    assertFault(folder.resolve("b.txt").toString());
    assertEquals(Optional.empty(), checksums.faultOf("c.txt"));
    assertTrue(checksums.faultOf("b.txt").isPresent());
    assertTrue(checksums.faultOf("d.txt").isPresent());
  }

  @Test
  void aWriteThatSomethingIsInTheWayOfIsCompletedOnceItIsGone() throws IOException {
    Path obstacle = folder.resolve("a.txt");
    Files.delete(obstacle);
    Files.createDirectory(obstacle);
    var checksums = new Checksums(folder);
    var e =
        assertThrows(
            UnwritableFileException.class,
            () -> checksums.update(Map.of("a.txt", body(new byte[1]))));
    assertTrue(e.getMessage().contains("cannot move the files of " + folder), e.getMessage());
    assertThrows(UnwritableFileException.class, this::fault);
    Files.delete(obstacle);
    assertTrue(checksums.exist());
    assertEquals(Optional.empty(), fault());
    assertEquals(1, Files.size(obstacle));
  }
}
