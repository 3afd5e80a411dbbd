package dev.gatun.natives;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * A folder of library files unpacked from the class path, because the dynamic linker reads files
 * only. Every use compares each file with its original, byte by byte; a file that is missing or
 * differs is unpacked again, and a folder that other users can write into is refused. Files appear
 * by write, fsync and rename, one process at a time, so a process that starts meanwhile, or a
 * library already mapped, never sees half a file.
 */
final class LibraryCache {
  private static final String UNFINISHED = ".part";

  /** Where the original of a file comes from. */
  interface Originals {
    InputStream open(String file) throws IOException;
  }

  private final Path folder;
  private final List<String> files;
  private final Originals originals;

  LibraryCache(Path folder, List<String> files, Originals originals) {
    this.folder = folder;
    this.files = List.copyOf(files);
    this.originals = originals;
  }

  /**
   * The folder of everything that Gatun unpacks: {@code GATUN_CACHE}, or the platform's place for
   * caches.
   */
  static Path root(UnaryOperator<String> environment, String osName, Path home) {
    var chosen = environment.apply("GATUN_CACHE");
    if (chosen != null && !chosen.isBlank()) {
      return Path.of(chosen).toAbsolutePath();
    }
    if (osName.toLowerCase(Locale.ROOT).startsWith("mac")) {
      return home.resolve("Library/Caches/gatun");
    }
    // The XDG specification: a relative path there is invalid and is to be ignored.
    var xdg = environment.apply("XDG_CACHE_HOME");
    var caches = xdg != null && Path.of(xdg).isAbsolute() ? Path.of(xdg) : home.resolve(".cache");
    return caches.resolve("gatun");
  }

  /**
   * Returns the folder, with every file in it and intact.
   *
   * @throws UnsafeFolderException if other users can write into it
   */
  Path unpack() throws IOException {
    PrivateFolder.create(folder);
    if (damaged().isEmpty()) {
      return folder;
    }
    // Two threads of one JVM may not ask for the same file lock.
    synchronized (LibraryCache.class) {
      try (var channel =
          FileChannel.open(
              folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        var lock = lockIfSupported(channel);
        repair(lock != null);
      }
    }
    return folder;
  }

  /** Some network file systems have no locks; renames alone then keep the files whole. */
  private static FileLock lockIfSupported(FileChannel channel) {
    try {
      return channel.lock();
    } catch (IOException e) {
      return null;
    }
  }

  private void repair(boolean alone) throws IOException {
    if (alone) {
      deleteUnfinished();
    }
    for (var file : damaged()) {
      writeWhole(file, originals.open(file));
    }
  }

  /** What a process that was killed while unpacking has left. */
  private void deleteUnfinished() throws IOException {
    try (var left = Files.newDirectoryStream(folder, "*" + UNFINISHED)) {
      for (var file : left) {
        Files.deleteIfExists(file);
      }
    }
  }

  private List<String> damaged() throws IOException {
    var damaged = new ArrayList<String>();
    for (var file : files) {
      var path = folder.resolve(file);
      if (!Files.isRegularFile(path) || !PrivateFolder.holds(path) || !isOriginal(file, path)) {
        damaged.add(file);
      }
    }
    return damaged;
  }

  private boolean isOriginal(String file, Path path) throws IOException {
    try (var original = originals.open(file);
        var unpacked = Files.newInputStream(path)) {
      var expected = new byte[1 << 18];
      var found = new byte[expected.length];
      int n;
      do {
        n = original.readNBytes(expected, 0, expected.length);
        if (n != unpacked.readNBytes(found, 0, n) || !Arrays.equals(expected, 0, n, found, 0, n)) {
          return false;
        }
      } while (n == expected.length);
      return unpacked.read() < 0;
    }
  }

  /** Writes {@code file} so that it appears complete or not at all. */
  private void writeWhole(String file, InputStream original) throws IOException {
    var unfinished = Files.createTempFile(folder, file, UNFINISHED);
    try (original) {
      try (var channel = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
        original.transferTo(Channels.newOutputStream(channel));
        channel.force(true);
      }
      Files.move(unfinished, folder.resolve(file), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }
}
