package dev.gatun.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * The operations by which files are replaced. A test has its own in their place, which fail, or
 * stop the writer between any two of them.
 */
public interface Disk {
  /** The disk of this machine. */
  Disk REAL = new Disk() {};

  /** Creates a file and opens it. */
  default WritableByteChannel create(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  /** Creates a folder whose parent is there. */
  default void createFolder(Path folder) throws IOException {
    Files.createDirectory(folder);
  }

  /** Waits until the contents of a file are stored. */
  default void force(Path file) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /** Waits until the names in a folder are stored. Windows cannot do it, and has no need to. */
  default void forceFolder(Path folder) throws IOException {
    if (!System.getProperty("os.name").startsWith("Windows")) {
      try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  /** Renames in one step. A file takes the place of another one. */
  default void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Deletes a file or an empty folder, if it is there. */
  default void delete(Path path) throws IOException {
    Files.deleteIfExists(path);
  }
}
