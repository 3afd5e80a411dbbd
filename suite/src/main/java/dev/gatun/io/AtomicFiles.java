package dev.gatun.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Files of a folder that are replaced together, at whatever moment the process is killed. The new
 * ones are written into a folder beside the old ones, which is renamed to {@code .staged} when it
 * is whole. From that moment the new files count, and each is moved to its place. If that is cut
 * short, the next reader or writer moves the rest. So a folder without {@code .staged} has the old
 * files or the new ones, and never some of both.
 */
public record AtomicFiles(Path folder, Disk disk) {
  /** The folder of the new files that count and still have to be moved. */
  static final String STAGED = ".staged";

  /**
   * Creates or replaces files, and their folder where it is missing. Other files stay as they are.
   *
   * @param bodies their contents by their names, in the order in which they are written
   * @throws UnwritableFileException if the disk is full or the folder is not writable
   */
  void replace(Map<String, AtomicFile.Body> bodies) {
    complete();
    Path temporary = folder.resolve(AtomicFile.temporaryName(Path.of("staged")));
    Path current = folder;
    try {
      AtomicFile.createFolders(folder);
      // A dead process of the same number may have left it.
      deleteTemporary(temporary);
      try {
        disk.createFolder(temporary);
        for (var entry : bodies.entrySet()) {
          current = folder.resolve(entry.getKey());
          AtomicFile.writeWhole(temporary.resolve(entry.getKey()), entry.getValue(), disk);
        }
        disk.forceFolder(temporary);
        disk.rename(temporary, staged());
      } finally {
        deleteTemporary(temporary);
      }
      disk.forceFolder(folder);
    } catch (IOException e) {
      throw AtomicFile.unwritable(current, e);
    }
    complete();
  }

  /** Whether there is a file of that name, in its place or still to be moved there. */
  boolean contain(String name) {
    // The staged file is looked for first, because it may be moved meanwhile.
    return Files.isRegularFile(staged().resolve(name)) || Files.isRegularFile(folder.resolve(name));
  }

  /**
   * Moves the new files that count to their places. Several processes may do it at once.
   *
   * @throws UnwritableFileException if that fails; it can be tried again
   */
  void complete() {
    try {
      while (Files.isDirectory(staged())) {
        try {
          moveStaged();
        } catch (NoSuchFileException _) {
          // Another process has moved it meanwhile.
        }
      }
    } catch (IOException e) {
      throw new UnwritableFileException(
          "cannot move the files of %s into the folder above, which a write that was cut short has left to do (%s): mend that, and run the command again"
              .formatted(staged(), AtomicFile.reason(e)),
          e);
    }
  }

  private void moveStaged() throws IOException {
    for (Path file : list(staged(), 1)) {
      disk.rename(file, folder.resolve(file.getFileName()));
    }
    disk.forceFolder(folder);
    disk.delete(staged());
  }

  private Path staged() {
    return folder.resolve(STAGED);
  }

  /**
   * Tidies up after killed processes: what they began to replace is completed if the new files
   * count, and else the new files are deleted. It is called where no other process writes.
   *
   * @param depth of folders to look into, 1 for this one alone
   */
  public static void recover(Path folder, int depth) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try {
      for (Path path : list(folder, depth)) {
        var files = new AtomicFiles(path.getParent(), Disk.REAL);
        if (path.endsWith(STAGED)) {
          files.complete();
        } else if (AtomicFile.isTemporary(path)) {
          files.deleteTemporary(path);
        }
      }
    } catch (IOException e) {
      throw new UnwritableFileException(
          "cannot delete temporary files in %s (%s)".formatted(folder, AtomicFile.reason(e)), e);
    }
  }

  /** A file, or a folder of files. Another process may be testing whether it can write here. */
  private void deleteTemporary(Path temporary) throws IOException {
    if (Files.isDirectory(temporary)) {
      for (Path file : list(temporary, 1)) {
        disk.delete(file);
      }
    }
    disk.delete(temporary);
  }

  /** What a folder has inside; a folder comes before its own contents. */
  private static List<Path> list(Path folder, int depth) throws IOException {
    try (Stream<Path> paths = Files.walk(folder, depth)) {
      return paths.skip(1).toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
