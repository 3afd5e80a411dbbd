package dev.gatun.backend.cuda;

import dev.gatun.io.AtomicFile;
import dev.gatun.io.UnwritableFileException;
import dev.gatun.natives.PrivateFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Machine code on disk, each file behind its own checksum. It only saves time: what is missing or
 * damaged is made again, and where nothing can be written, or others can write as well, each
 * process compiles for itself.
 */
final class CubinCache {
  private static final int CHECKSUM_BYTES = 32;

  /** The folder of kernels, and the cache that it lies in. */
  private static final int LEVELS = 2;

  private final Path folder;

  CubinCache(Path folder) {
    this.folder = folder;
  }

  Path folder() {
    return folder;
  }

  /** Why nothing is kept, if so. */
  Optional<String> fault() {
    return PrivateFolder.fault(folder, LEVELS);
  }

  /** A name for what these texts lead to. */
  static String key(String... texts) {
    MessageDigest digest = sha256();
    for (String text : texts) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      // The length first, so that no two lists of texts read the same.
      digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
      digest.update(bytes);
    }
    return HexFormat.of().formatHex(digest.digest(), 0, 16);
  }

  /** The code kept under this name, or what the compiler makes of it. */
  byte[] get(String name, Supplier<byte[]> compiler) {
    if (fault().isPresent()) {
      return compiler.get();
    }
    Path file = folder.resolve(name);
    byte[] kept = intact(file);
    if (kept.length > 0) {
      return kept;
    }
    byte[] code = compiler.get();
    byte[] contents = Arrays.copyOf(sha256().digest(code), CHECKSUM_BYTES + code.length);
    System.arraycopy(code, 0, contents, CHECKSUM_BYTES, code.length);
    try {
      AtomicFile.write(file, contents);
    } catch (UnwritableFileException e) {
      // A full disk or a read-only home costs the next process its seconds, and nothing else.
      return code;
    }
    return code;
  }

  /** The code in a file; empty if the file is missing, unreadable or damaged. */
  private static byte[] intact(Path file) {
    byte[] contents;
    try {
      contents = Files.readAllBytes(file);
    } catch (IOException e) {
      return new byte[0];
    }
    if (contents.length <= CHECKSUM_BYTES) {
      return new byte[0];
    }
    byte[] code = Arrays.copyOfRange(contents, CHECKSUM_BYTES, contents.length);
    byte[] checksum = Arrays.copyOf(contents, CHECKSUM_BYTES);
    return Arrays.equals(checksum, sha256().digest(code)) ? code : new byte[0];
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
