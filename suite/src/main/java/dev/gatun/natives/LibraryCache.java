package dev.gatun.natives;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * A folder of library files unpacked from the class path, because the dynamic linker reads files
 * only. Every use checks each file against the checksum recorded when it was unpacked; a file that
 * is missing or differs is unpacked again. Files appear by write, fsync and rename, one process at
 * a time, so a process that starts meanwhile, or a library already mapped, never sees half a file.
 */
final class LibraryCache {
  private static final String CHECKSUMS = "SHA256SUMS";
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

  /** Returns the folder, with every file in it and intact. */
  Path unpack() throws IOException {
    if (damaged(recordedChecksums()).isEmpty()) {
      return folder;
    }
    Files.createDirectories(folder);
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
    var checksums = new TreeMap<>(recordedChecksums());
    var damaged = damaged(checksums);
    if (damaged.isEmpty()) {
      return;
    }
    for (var file : damaged) {
      checksums.put(file, writeWhole(file, originals.open(file)));
    }
    var text = new StringBuilder();
    checksums.forEach((file, sum) -> text.append(sum).append("  ").append(file).append('\n'));
    var bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    writeWhole(CHECKSUMS, new ByteArrayInputStream(bytes));
  }

  /** What a process that was killed while unpacking has left. */
  private void deleteUnfinished() throws IOException {
    try (var left = Files.newDirectoryStream(folder, "*" + UNFINISHED)) {
      for (var file : left) {
        Files.deleteIfExists(file);
      }
    }
  }

  private Map<String, String> recordedChecksums() throws IOException {
    var checksums = new TreeMap<String, String>();
    try {
      // Latin-1 decodes any bytes: a damaged list then holds wrong sums instead of failing here.
      var recorded = Files.readString(folder.resolve(CHECKSUMS), StandardCharsets.ISO_8859_1);
      for (var line : recorded.lines().toList()) {
        var separator = line.indexOf("  ");
        if (separator > 0 && files.contains(line.substring(separator + 2))) {
          checksums.put(line.substring(separator + 2), line.substring(0, separator));
        }
      }
    } catch (NoSuchFileException e) {
      return Map.of();
    }
    return checksums;
  }

  private List<String> damaged(Map<String, String> checksums) throws IOException {
    var damaged = new ArrayList<String>();
    for (var file : files) {
      var path = folder.resolve(file);
      var expected = checksums.get(file);
      if (expected == null || !Files.isRegularFile(path) || !expected.equals(checksum(path))) {
        damaged.add(file);
      }
    }
    return damaged;
  }

  private static String checksum(Path file) throws IOException {
    var digest = sha256();
    try (var in = Files.newInputStream(file)) {
      pump(in, OutputStream.nullOutputStream(), digest);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Writes {@code file} so that it appears complete or not at all; returns its checksum. */
  private String writeWhole(String file, InputStream original) throws IOException {
    var digest = sha256();
    var unfinished = Files.createTempFile(folder, file, UNFINISHED);
    try (original) {
      try (var channel = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
        pump(original, Channels.newOutputStream(channel), digest);
        channel.force(true);
      }
      Files.move(unfinished, folder.resolve(file), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void pump(InputStream in, OutputStream out, MessageDigest digest)
      throws IOException {
    var buffer = new byte[1 << 18];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      digest.update(buffer, 0, n);
      out.write(buffer, 0, n);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
