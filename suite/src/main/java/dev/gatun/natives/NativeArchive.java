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
import java.util.Properties;

/**
 * Library files in a jar, which are unpacked into Gatun's cache because the dynamic linker reads
 * files only. Every use compares each file with its original, byte by byte; a file that is missing
 * or differs is unpacked again, and a folder that other users can write into is refused. Files
 * appear by write, fsync and rename, one process at a time, so a process that starts meanwhile, or
 * a library already mapped, never sees half a file.
 */
public final class NativeArchive {
  private static final String UNFINISHED = ".part";

  /** The folder of a version, that of its library, and the cache. */
  private static final int LEVELS = 3;

  /** Where the original of a file comes from. */
  public interface Originals {
    InputStream open(String file) throws IOException;
  }

  private final Path folder;
  private final List<String> files;
  private final Originals originals;

  /**
   * An archive.
   *
   * @param folder where its files are unpacked: {@code <cache>/<library>/<version>}
   */
  public NativeArchive(Path folder, List<String> files, Originals originals) {
    this.folder = folder;
    this.files = List.copyOf(files);
    this.originals = originals;
  }

  /**
   * An archive on the class path.
   *
   * @param folder where its files are unpacked: {@code <cache>/<library>/<version>}
   * @param resources the folder of the originals, with a slash at both ends
   */
  public static NativeArchive onClassPath(Path folder, String resources, List<String> files) {
    return new NativeArchive(folder, files, file -> resource(resources + file));
  }

  /**
   * The version that a properties file on the class path states.
   *
   * @throws UnusableLibraryException if there is no such file
   */
  public static String version(String properties) throws UnusableLibraryException {
    try (var stream = resource(properties)) {
      return version(stream);
    } catch (IOException e) {
      throw notUnpacked(e);
    }
  }

  /** The version that properties state: that of an artifact, which names its folder. */
  public static String version(InputStream stream) throws IOException {
    var properties = new Properties();
    properties.load(stream);
    return properties.getProperty("version", "unversioned");
  }

  private static InputStream resource(String name) throws IOException {
    var stream = NativeArchive.class.getResourceAsStream(name);
    if (stream == null) {
      throw new IOException(name + " is not on the class path");
    }
    return stream;
  }

  private static UnusableLibraryException notUnpacked(IOException e) {
    return new UnusableLibraryException(
        "it could not be unpacked (%s); set GATUN_CACHE to a folder that can be written"
            .formatted(e));
  }

  /**
   * Returns the folder, with every file in it and intact.
   *
   * @throws UnusableLibraryException if other users can write into it, or this one cannot; the
   *     message says how to fix it
   */
  public Path unpack() throws UnusableLibraryException {
    try {
      PrivateFolder.create(folder, LEVELS);
      if (!damaged().isEmpty()) {
        repairAlone();
      }
      return folder;
    } catch (IOException e) {
      throw notUnpacked(e);
    }
  }

  private void repairAlone() throws IOException {
    // Two threads of one JVM may not ask for the same file lock.
    synchronized (NativeArchive.class) {
      try (var channel =
          FileChannel.open(
              folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        var lock = lockIfSupported(channel);
        repair(lock != null);
      }
    }
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
