package dev.gatun.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

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
    writeAll(Map.of(target, body), UnaryOperator.identity());
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

  /**
   * As {@link #write(Path, Body)}, several files of one folder: none is replaced before all are on
   * the disk. If there are several, the last one vouches for the others: its old version is deleted
   * before the first file is replaced, so that it never stands beside files that it does not
   * describe.
   *
   * @param through identity, or a channel that a test makes fail
   */
  public static void writeAll(Map<Path, Body> bodies, UnaryOperator<WritableByteChannel> through) {
    Map<Path, Path> written = new LinkedHashMap<>();
    Path current = bodies.keySet().iterator().next();
    String left = "what was there before is unharmed";
    try {
      Path folder = current.toAbsolutePath().getParent();
      createFolders(folder);
      try {
        for (var entry : bodies.entrySet()) {
          current = entry.getKey();
          Path temporary = folder.resolve(temporaryName(current));
          written.put(current, temporary);
          writeWhole(temporary, entry.getValue(), through);
        }
        if (written.size() > 1) {
          Files.deleteIfExists(current);
          left = "some files are new and some are old, so run the command again";
        }
        for (var entry : written.entrySet()) {
          current = entry.getKey();
          Files.move(entry.getValue(), entry.getKey(), StandardCopyOption.ATOMIC_MOVE);
        }
      } finally {
        for (Path temporary : written.values()) {
          Files.deleteIfExists(temporary);
        }
      }
      forceFolder(folder);
    } catch (IOException e) {
      throw new UnwritableFileException(
          "cannot write %s (%s); %s: free some space or choose another place"
              .formatted(current, reason(e), left),
          e);
    }
  }

  private static void writeWhole(Path file, Body body, UnaryOperator<WritableByteChannel> through)
      throws IOException {
    try (var channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      body.writeTo(through.apply(channel));
    }
    force(file, StandardOpenOption.WRITE);
  }

  /** Of this thread alone. Unlike a system temporary file, it is as readable as any other. */
  private static String temporaryName(Path target) {
    return ".%s-%s-%s.tmp"
        .formatted(
            target.getFileName(), ProcessHandle.current().pid(), Thread.currentThread().threadId());
  }

  /**
   * Deletes the temporary files that killed processes left; to be called where no other process
   * writes.
   *
   * @param depth of folders to look into, 1 for this one alone
   */
  public static void deleteLeftovers(Path folder, int depth) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder, depth)) {
      for (Path file : files.filter(AtomicFile::isTemporary).toList()) {
        // Another process may be testing whether it can write here, and delete its file itself.
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      throw new UnwritableFileException(
          "cannot delete temporary files in %s (%s)".formatted(folder, e.getMessage()), e);
    }
  }

  private static boolean isTemporary(Path file) {
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

  /** Makes the rename itself durable. Windows cannot open folders, and needs no such step. */
  private static void forceFolder(Path folder) throws IOException {
    if (!System.getProperty("os.name").startsWith("Windows")) {
      force(folder, StandardOpenOption.READ);
    }
  }

  private static void force(Path path, StandardOpenOption option) throws IOException {
    try (var channel = FileChannel.open(path, option)) {
      channel.force(true);
    }
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
