package dev.gatun.results;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.UnaryOperator;

/**
 * Replaces a file as a whole: what is new is written beside it, forced to the disk, and renamed
 * over it. Whatever fails, the old file is as it was.
 */
public final class AtomicFile {
  private AtomicFile() {}

  /** Writes the contents; may close the channel. */
  public interface Body {
    /** Writes all of them. */
    void writeTo(WritableByteChannel channel) throws IOException;
  }

  /**
   * Creates or replaces a file, and its folders where they are missing.
   *
   * @throws UnwritableResultsException if the disk is full or the folder is not writable
   */
  public static void write(Path target, Body body) {
    write(target, body, UnaryOperator.identity());
  }

  /** As {@link #write(Path, Body)}, through a channel that a test makes fail. */
  static void write(Path target, Body body, UnaryOperator<WritableByteChannel> through) {
    Path folder = target.toAbsolutePath().getParent();
    try {
      createFolders(folder);
      Path temporary = folder.resolve(temporaryName(target));
      try {
        try (var channel =
            FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
          body.writeTo(through.apply(channel));
        }
        force(temporary, StandardOpenOption.WRITE);
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(temporary);
      }
      forceFolder(folder);
    } catch (IOException e) {
      throw new UnwritableResultsException(
          "cannot write %s (%s); what was there before is unharmed: free some space or choose another --out"
              .formatted(target, reason(e)),
          e);
    }
  }

  /** Of this thread alone. Unlike a system temporary file, it is as readable as any other. */
  private static String temporaryName(Path target) {
    return ".%s-%d-%d.tmp"
        .formatted(
            target.getFileName(), ProcessHandle.current().pid(), Thread.currentThread().threadId());
  }

  private static void createFolders(Path folder) throws IOException {
    for (Path part = folder; part != null; part = part.getParent()) {
      if (Files.exists(part) && !Files.isDirectory(part)) {
        throw new NotDirectoryException(part + " is not a folder");
      }
    }
    Files.createDirectories(folder);
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

  private static String reason(IOException e) {
    return switch (e) {
      case java.nio.file.AccessDeniedException _ -> "permission denied";
      case NotDirectoryException _ -> e.getMessage();
      case java.nio.file.FileSystemException f when f.getReason() != null -> f.getReason();
      default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    };
  }
}
