package dev.gatun.io;

import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The right to write into a folder. One process has it alone, or several of equal settings share
 * it. The operating system holds the lock, so that a killed process does not keep it; the file
 * {@code .lock} has the settings and a line for each process.
 */
public final class FolderLock implements AutoCloseable {
  /** The file of the lock, in the folder while it is held. */
  public static final String NAME = ".lock";

  /** The byte that is locked by whoever has the right: by one alone, or shared. */
  private static final long RIGHT = LockFile.LAST_BYTE;

  /** The byte that is locked for a moment by whoever comes, goes, or does the work of all. */
  private static final long DOOR = RIGHT - 1;

  private static final String HOLDER = "process ";
  private static final String DONE = "done";

  private final Path folder;
  private final boolean isNewFolder;
  private final LockFile file;
  private final FileLock right;

  /** Where the line of this process is in the file. */
  private final LockFile.Line line;

  private FolderLock(
      Path folder, boolean isNewFolder, LockFile file, FileLock right, LockFile.Line line) {
    this.folder = folder;
    this.isNewFolder = isNewFolder;
    this.file = file;
    this.right = right;
    this.line = line;
  }

  /**
   * Takes the right alone, creating the folder where it is missing, and tidies up what a killed
   * process left in it. A process takes the lock of a folder once: a second attempt in the same
   * process is refused, and loses the first its hold on the operating system's lock.
   *
   * @throws FolderInUseException if another process has it
   * @throws UnwritableFileException if the folder cannot be created or locked
   */
  public static FolderLock take(Path folder) {
    return enter(folder, Optional.empty());
  }

  /**
   * As {@link #take}, but together with any process of the same settings.
   *
   * @param settings of one line each, in their order
   * @throws FolderInUseException if another process has it alone, or shares it with other settings
   */
  public static FolderLock share(Path folder, Map<String, String> settings) {
    return enter(folder, Optional.of(settings));
  }

  private static FolderLock enter(Path folder, Optional<Map<String, String>> settings) {
    try {
      boolean isNewFolder = Files.notExists(folder);
      Optional<FolderLock> lock = Optional.empty();
      while (lock.isEmpty()) {
        lock = attempt(folder, isNewFolder, settings);
      }
      return lock.get();
    } catch (IOException e) {
      throw LockFile.unlockable(folder.resolve(NAME), e);
    }
  }

  /**
   * Empty if the file was not there, or another came in its place, while this process was about to
   * lock it: the last holder may just have deleted it.
   */
  private static Optional<FolderLock> attempt(
      Path folder, boolean isNewFolder, Optional<Map<String, String>> settings) throws IOException {
    AtomicFile.createFolders(folder);
    Path path = folder.resolve(NAME);
    Optional<Object> known = identity(path);
    LockFile file = LockFile.open(path);
    Optional<FolderLock> lock = Optional.empty();
    try (var _ = file.lock(DOOR)) {
      if (known.isPresent() && known.equals(identity(path))) {
        FileLock right = right(folder, file, settings);
        LockFile.Line line = file.append(LockFile.thisProcess());
        lock = Optional.of(new FolderLock(folder, isNewFolder, file, right, line));
      }
    } finally {
      if (lock.isEmpty()) {
        file.close();
      }
    }
    return lock;
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

  /** The right, alone or shared. The first one to come writes the settings, if there are any. */
  private static FileLock right(Path folder, LockFile file, Optional<Map<String, String>> settings)
      throws IOException {
    List<String> wanted = settings.map(FolderLock::lines).orElse(List.of());
    Optional<FileLock> alone = file.tryLock(RIGHT, false);
    if (alone.isPresent()) {
      AtomicFiles.recover(folder, 1);
      file.replaceText(wanted.stream().map(line -> line + "\n").collect(Collectors.joining()));
      if (settings.isEmpty()) {
        return alone.get();
      }
      alone.get().close();
    }
    List<String> text = file.text().lines().filter(line -> !line.isBlank()).toList();
    String holders =
        LockFile.named(
            text.stream().filter(FolderLock::isHolder).collect(Collectors.joining(", ")));
    Optional<FileLock> shared = settings.isEmpty() ? Optional.empty() : file.tryLock(RIGHT, true);
    if (shared.isEmpty()) {
      throw new FolderInUseException(folder, holders);
    }
    List<String> theirs =
        text.stream().filter(line -> !isHolder(line) && !line.equals(DONE)).toList();
    if (!theirs.equals(wanted)) {
      throw new FolderInUseException(
          folder,
          "%s with other settings (there %s, here %s)"
              .formatted(holders, firstBeside(wanted, theirs), firstBeside(theirs, wanted)));
    }
    return shared.get();
  }

  private static List<String> lines(Map<String, String> settings) {
    return settings.entrySet().stream().map(e -> e.getKey() + ": " + e.getValue()).toList();
  }

  private static boolean isHolder(String line) {
    return line.startsWith(HOLDER);
  }

  private static String firstBeside(List<String> others, List<String> lines) {
    return lines.stream().filter(line -> !others.contains(line)).findFirst().orElse("nothing");
  }

  /** Reads what {@link #once} writes, while no other process writes it. */
  public <T> T whileNobodyWrites(Supplier<T> reading) {
    try (var _ = file.lock(DOOR)) {
      return reading.get();
    } catch (IOException e) {
      throw LockFile.unlockable(folder.resolve(NAME), e);
    }
  }

  /**
   * Does a work that all who share the folder need, unless one of them has done it. The others wait
   * as long as it is being done; if its process is killed, the next one does it.
   */
  public void once(Runnable work) {
    try (var _ = file.lock(DOOR)) {
      if (file.text().lines().noneMatch(DONE::equals)) {
        work.run();
        file.append(DONE);
      }
    } catch (IOException e) {
      throw LockFile.unlockable(folder.resolve(NAME), e);
    }
  }

  /**
   * Gives the right back. The last one to do so deletes the file of the lock, and a folder that it
   * made and that is empty.
   *
   * @param ifLast is done before, while nobody else has the right
   */
  public void leave(Runnable ifLast) {
    if (!file.isOpen()) {
      return;
    }
    Path path = folder.resolve(NAME);
    try (file) {
      try (var _ = file.lock(DOOR)) {
        right.close();
        if (file.tryLock(RIGHT, false).isEmpty()) {
          file.erase(line);
          return;
        }
        ifLast.run();
        AtomicFiles.recover(folder, 1);
        Files.deleteIfExists(path);
      }
      if (isNewFolder) {
        Files.delete(folder);
      }
    } catch (DirectoryNotEmptyException _) {
      // As it should be.
    } catch (IOException e) {
      throw new UnwritableFileException(
          "cannot delete %s (%s): delete it by hand".formatted(path, AtomicFile.reason(e)), e);
    }
  }

  /** Gives the right back, if that was not done before. */
  @Override
  public void close() {
    leave(() -> {});
  }
}
