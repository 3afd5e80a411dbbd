package dev.gatun.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

public class AtomicFileTest {
  @TempDir Path folder;

  @Test
  void aFileIsReplacedAsAWholeAndNothingElseIsLeft() throws IOException {
    Path file = folder.resolve("deep/er/a.txt");
    AtomicFile.write(file, text("old"));
    AtomicFile.write(file, text("new"));
    assertEquals("new", Files.readString(file));
    assertEquals(List.of(file), filesIn(file.getParent()));
  }

  @Test
  void aFullDiskLeavesTheOldFileAsItWas() throws IOException {
    Path file = folder.resolve("a.txt");
    AtomicFile.write(file, text("old"));
    var e =
        assertThrows(
            UnwritableFileException.class,
            () -> AtomicFile.write(file, text("new and longer"), new FullDisk("a.txt", 5)));
    assertTrue(e.getMessage().contains("No space left on device"), e.getMessage());
    assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
    assertFalse(e.getMessage().contains("\n"));
    assertEquals("old", Files.readString(file));
    assertEquals(List.of(file), filesIn(folder));
  }

  @Test
  void anyFailureLeavesTheOldFileAsItWas() throws IOException {
    Path file = folder.resolve("a.txt");
    AtomicFile.write(file, text("old"));
    assertThrows(
        IllegalStateException.class,
        () ->
            AtomicFile.write(
                file,
                channel -> {
                  channel.write(ByteBuffer.wrap(new byte[3]));
                  throw new IllegalStateException("a fault half-way");
                }));
    assertEquals("old", Files.readString(file));
    assertEquals(List.of(file), filesIn(folder));
  }

  @Test
  void whatADeadProcessOfTheSameNumberLeftIsReplaced() throws IOException {
    Path file = folder.resolve("a.txt");
    Files.writeString(folder.resolve(AtomicFile.temporaryName(file)), "half");
    AtomicFile.write(file, text("new"));
    assertEquals("new", Files.readString(file));
    assertEquals(List.of(file), filesIn(folder));
  }

  @Test
  void aFileWhereAFolderShouldBeIsOneClearError() throws IOException {
    Path file = Files.writeString(folder.resolve("a.txt"), "a file");
    var e =
        assertThrows(
            UnwritableFileException.class,
            () -> AtomicFile.write(file.resolve("runs.arrow"), text("x")));
    assertTrue(e.getMessage().contains("is not a folder"), e.getMessage());
  }

  private static List<Path> filesIn(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.toList();
    }
  }

  private static AtomicFile.Body text(String text) {
    return channel -> {
      for (byte b : text.getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
        channel.write(ByteBuffer.wrap(new byte[] {b}));
      }
    };
  }

  /** Makes a disk that is full after this many bytes of the files of one name. */
  public record FullDisk(String name, long room) implements Disk {
    @Override
    public WritableByteChannel create(Path file) throws IOException {
      WritableByteChannel channel = Disk.super.create(file);
      return file.toString().contains(name) ? new FullChannel(channel, room) : channel;
    }
  }

  /** Makes a channel that has room for this many bytes more. */
  public static final class FullChannel implements WritableByteChannel {
    private final WritableByteChannel disk;
    private long room;

    /** Of that room, before a disk. */
    public FullChannel(WritableByteChannel disk, long room) {
      this.disk = disk;
      this.room = room;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
      room -= bytes.remaining();
      if (room < 0) {
        throw new IOException("No space left on device");
      }
      return disk.write(bytes);
    }

    @Override
    public boolean isOpen() {
      return disk.isOpen();
    }

    @Override
    public void close() throws IOException {
      disk.close();
    }
  }
}
