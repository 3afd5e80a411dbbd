package dev.gatun.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * The right to do a piece of work, which one process has at a time. The operating system holds the
 * lock, so that a killed process does not keep it; the text of the file says who has it. The file
 * stays when the lock is given back.
 *
 * <p>POSIX takes all locks on a file from a process that closes it. Therefore a process opens a
 * file that it has locked no second time, not even to read it.
 */
public final class LockFile implements AutoCloseable {
  /** Behind the text, so that the text can be read on systems that enforce locks. */
  static final long LAST_BYTE = Long.MAX_VALUE - 1;

  private final FileChannel channel;

  /** Where a line is in the text. */
  record Line(long at, int bytes) {}

  private LockFile(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the right, creating the file and its folders where they are missing; empty if another
   * process has it.
   *
   * @throws UnwritableFileException if the file cannot be created or locked
   */
  public static Optional<LockFile> tryTake(Path file) {
    try {
      AtomicFile.createFolders(file.toAbsolutePath().getParent());
      LockFile lock = open(file);
      boolean taken = false;
      try {
        if (lock.tryLock(LAST_BYTE, false).isPresent()) {
          lock.replaceText(thisProcess());
          taken = true;
        }
      } finally {
        if (!taken) {
          lock.close();
        }
      }
      return taken ? Optional.of(lock) : Optional.empty();
    } catch (IOException e) {
      throw unlockable(file, e);
    }
  }

  /** Whether another process has it. */
  public static boolean isTaken(Path file) {
    try (LockFile lock = open(file)) {
      return lock.tryLock(LAST_BYTE, true).isEmpty();
    } catch (IOException e) {
      throw unlockable(file, e);
    }
  }

  /** Who has it, as {@code process 12 on host since 2026-11-29T10:00:00Z}. */
  public static String holder(Path file) {
    try {
      return named(Files.readString(file));
    } catch (NoSuchFileException _) {
      return named("");
    } catch (IOException e) {
      throw unlockable(file, e);
    }
  }

  /** What a file's text says of its holder; it is blank while the holder comes or goes. */
  static String named(String text) {
    return text.isBlank() ? "another process" : text.strip();
  }

  static UnwritableFileException unlockable(Path file, IOException e) {
    return new UnwritableFileException(
        "cannot lock %s (%s): choose another folder".formatted(file, AtomicFile.reason(e)), e);
  }

  static String thisProcess() {
    return "process %s on %s since %s"
        .formatted(
            ProcessHandle.current().pid(),
            Host.name(),
            Instant.now().truncatedTo(ChronoUnit.MILLIS));
  }

  static LockFile open(Path file) throws IOException {
    return new LockFile(
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
  }

  /** Locks a byte; empty if another process, or this one, has locked it. */
  Optional<FileLock> tryLock(long at, boolean shared) throws IOException {
    try {
      return Optional.ofNullable(channel.tryLock(at, 1, shared));
    } catch (OverlappingFileLockException _) {
      return Optional.empty();
    }
  }

  /** Waits until no other process has locked a byte, and locks it. */
  FileLock lock(long at) throws IOException {
    return channel.lock(at, 1, false);
  }

  String text() throws IOException {
    var bytes = ByteBuffer.allocate(Math.toIntExact(channel.size()));
    int read = 0;
    while (bytes.hasRemaining() && read >= 0) {
      read = channel.read(bytes, bytes.position());
    }
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
  }

  void replaceText(String text) throws IOException {
    channel.truncate(0);
    write(0, text);
  }

  Line append(String line) throws IOException {
    var appended = new Line(channel.size(), line.getBytes(StandardCharsets.UTF_8).length);
    write(appended.at(), line + "\n");
    return appended;
  }

  /** Leaves blanks in its place, so that a process that dies meanwhile harms no other line. */
  void erase(Line line) throws IOException {
    write(line.at(), " ".repeat(line.bytes()));
  }

  private void write(long at, String text) throws IOException {
    AtomicFile.writeFully(
        channel.position(at), ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  boolean isOpen() {
    return channel.isOpen();
  }

  /** Gives back whatever is locked. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UnwritableFileException("cannot close a lock: " + AtomicFile.reason(e), e);
    }
  }
}
