package dev.gatun.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Replaces a file as a whole or not at all: a temporary file beside it, forced to the disk, then
 * renamed.
 */
final class AtomicFile {
  private AtomicFile() {}

  /** Writes the content. */
  @FunctionalInterface
  interface Content {
    void writeTo(FileChannel channel) throws IOException;
  }

  /**
   * Writes a file.
   *
   * @throws SafetensorsException if that fails; what was there before is then unchanged
   */
  static void write(Path file, Content content) {
    Path target = file.toAbsolutePath();
    Path temporary = null;
    try {
      temporary = Files.createTempFile(target.getParent(), "." + target.getFileName(), ".tmp");
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        content.writeTo(channel);
        channel.force(true);
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      forceDirectory(target.getParent());
    } catch (IOException e) {
      throw discard(
          temporary,
          new SafetensorsException(
              file,
              "cannot be written: %s; what was there before is unchanged"
                  .formatted(SafetensorsFile.reason(e)),
              e));
    } catch (RuntimeException e) {
      throw discard(temporary, e);
    }
  }

  private static RuntimeException discard(Path temporary, RuntimeException failure) {
    if (temporary != null) {
      try {
        Files.deleteIfExists(temporary);
      } catch (IOException leftOver) {
        failure.addSuppressed(leftOver);
      }
    }
    return failure;
  }

  /** Makes the rename itself last; only POSIX systems can open a directory for that. */
  private static void forceDirectory(Path directory) throws IOException {
    if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
