package dev.gatun.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Pattern;

/**
 * Replaces a file as a whole: what is new is written beside it, forced to the disk, and renamed
 * over it. Whatever fails, the old file is as it was.
 */
public final class AtomicFile {
  private static final Pattern TEMPORARY = Pattern.compile("\\..+-\\d+-\\d+\\.tmp");

  private AtomicFile() {}

  /** Writes the contents; may close the channel. */
  public interface Body {
    void writeTo(WritableByteChannel channel) throws IOException;
  }

  /**
   * Creates or replaces a file, and its folders where they are missing.
   *
   * @throws UnwritableFileException if the disk is full or the folder is not writable
   */
  public static void write(Path target, Body body) {
    write(target, body, Disk.REAL);
  }

  static void write(Path target, Body body, Disk disk) {
    try {
      Path folder = target.toAbsolutePath().getParent();
      createFolders(folder);
      Path temporary = folder.resolve(temporaryName(target));
      // A dead process of the same number may have left it.
      disk.delete(temporary);
      try {
        writeWhole(temporary, body, disk);
        disk.rename(temporary, target);
      } finally {
        disk.delete(temporary);
      }
      disk.forceFolder(folder);
    } catch (IOException e) {
      throw unwritable(target, e);
    }
  }

  /** As {@link #write(Path, Body)}, of these bytes. */
  public static void write(Path target, byte[] bytes) {
    write(target, channel -> writeFully(channel, ByteBuffer.wrap(bytes)));
  }

  /** Writes all that remains in a buffer. */
  public static void writeFully(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /**
   * Finds out now what would otherwise fail after hours of work: whether files can be written below
   * a folder, which need not exist yet. Nothing is left behind.
   *
   * @throws UnwritableFileException if they cannot
   */
  public static void requireWritable(Path folder) {
    try {
      Path existing = existing(folder);
      Path probe = existing.resolve(temporaryName(folder));
      FileChannel.open(
              probe,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE)
          .close();
    } catch (IOException e) {
      throw new UnwritableFileException(
          "cannot write to %s (%s): choose another place".formatted(folder, reason(e)), e);
    }
  }

  static void writeWhole(Path file, Body body, Disk disk) throws IOException {
    try (var channel = disk.create(file)) {
      body.writeTo(channel);
    }
    disk.force(file);
  }

  static UnwritableFileException unwritable(Path target, IOException e) {
    return new UnwritableFileException(
        "cannot write %s (%s); what was there before is unharmed: free some space or choose another place"
            .formatted(target, reason(e)),
        e);
  }

  /** Of this thread alone. Unlike a system temporary file, it is as readable as any other. */
  static String temporaryName(Path target) {
    return ".%s-%s-%s.tmp"
        .formatted(
            target.getFileName(), ProcessHandle.current().pid(), Thread.currentThread().threadId());
  }

  static boolean isTemporary(Path file) {
    return TEMPORARY.matcher(file.getFileName().toString()).matches();
  }

  static void createFolders(Path folder) throws IOException {
    existing(folder);
    Files.createDirectories(folder);
  }

  /** The folder, or the nearest one above it that exists. */
  private static Path existing(Path folder) throws IOException {
    Path part = folder.toAbsolutePath();
    while (part.getParent() != null && !Files.exists(part)) {
      part = part.getParent();
    }
    if (!Files.isDirectory(part)) {
      throw new NotDirectoryException(part + " is not a folder");
    }
    return part;
  }

  static String reason(IOException e) {
    return switch (e) {
      case AccessDeniedException _ -> "permission denied";
      case NotDirectoryException _ -> e.getMessage();
      case NoSuchFileException _ -> "its folder is missing or not writable";
      case FileSystemException f when f.getReason() != null -> f.getReason();
      default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    };
  }
}
