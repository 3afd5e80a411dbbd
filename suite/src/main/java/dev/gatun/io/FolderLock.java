package dev.gatun.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;

/**
 * The right to write into a folder, which one process has at a time. The operating system holds the
 * lock, so that a killed process does not keep it; the file {@code .lock} says who has it.
 */
public final class FolderLock implements AutoCloseable {
  /** The file of the lock, in the folder while it is held. */
  public static final String NAME = ".lock";

  /** A byte behind the text, so that the text can be read on systems that enforce locks. */
  private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

  private final Path file;
  private final FileChannel channel;
  private final boolean isNewFolder;

  private FolderLock(Path file, FileChannel channel, boolean isNewFolder) {
    this.file = file;
    this.channel = channel;
    this.isNewFolder = isNewFolder;
  }

  /**
   * Takes the lock, creating the folder where it is missing, and deletes the temporary files that a
   * killed process left in it. A process takes the lock of a folder once: a second attempt in the
   * same process is refused, and loses the first its hold on the operating system's lock.
   *
   * @throws FolderInUseException if another process has it
   * @throws UnwritableFileException if the folder cannot be created or locked
   */
  public static FolderLock take(Path folder) {
    Path file = folder.resolve(NAME);
    try {
      boolean isNewFolder = Files.notExists(folder);
      AtomicFile.createFolders(folder);
      Optional<FileChannel> channel = Optional.empty();
      while (channel.isEmpty()) {
        channel = attempt(folder, file);
      }
      var lock = new FolderLock(file, channel.get(), isNewFolder);
      try {
        AtomicFile.deleteLeftovers(folder, 1);
      } catch (RuntimeException e) {
        lock.close();
        throw e;
      }
      return lock;
    } catch (IOException e) {
      throw new UnwritableFileException(
          "cannot lock %s (%s): choose another folder".formatted(file, AtomicFile.reason(e)), e);
    }
  }

  /**
   * Empty if the file was not there, or another came in its place, while this process was about to
   * lock it: the holder before may just have deleted it. The file is opened once only, since POSIX
   * takes all locks on a file from a process that closes it.
   */
  private static Optional<FileChannel> attempt(Path folder, Path file) throws IOException {
    Optional<Object> known = identity(file);
    var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean locked = false;
    try {
      if (channel.tryLock(LOCKED_BYTE, 1, false) == null) {
        throw new FolderInUseException(folder, holder(file));
      }
      if (known.isPresent() && known.equals(identity(file))) {
        channel.truncate(0);
        AtomicFile.writeFully(
            channel, ByteBuffer.wrap(describe().getBytes(StandardCharsets.UTF_8)));
        locked = true;
      }
    } catch (OverlappingFileLockException _) {
      throw new FolderInUseException(folder, describe());
    } finally {
      if (!locked) {
        channel.close();
      }
    }
    return locked ? Optional.of(channel) : Optional.empty();
  }

  /** What tells a file from another of the same name; empty if there is no file. */
  private static Optional<Object> identity(Path file) throws IOException {
    try {
      var attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return Optional.of(Objects.requireNonNullElse(attributes.fileKey(), file));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }

  private static String describe() {
    return "process %s on %s since %s"
        .formatted(
            ProcessHandle.current().pid(),
            Host.name(),
            Instant.now().truncatedTo(ChronoUnit.MILLIS));
  }

  private static String holder(Path file) throws IOException {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException _) {
      return "";
    }
  }

  /** Gives the lock back and deletes its file, and a folder that it made and that is empty. */
  @Override
  public void close() {
    try (channel) {
      Files.deleteIfExists(file);
      if (isNewFolder) {
        Files.delete(file.getParent());
      }
    } catch (DirectoryNotEmptyException _) {
      // As it should be.
    } catch (IOException e) {
      throw new UnwritableFileException(
          "cannot delete %s (%s): delete it by hand".formatted(file, AtomicFile.reason(e)), e);
    }
  }
}
