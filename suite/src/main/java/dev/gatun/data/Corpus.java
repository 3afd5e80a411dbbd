package dev.gatun.data;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Named texts in the order of their names.
 *
 * @param name of the whole, for settings tables and provenance
 * @param sha256 over all of it: each file's name, a zero byte, its text, a zero byte, in UTF-8
 */
public record Corpus(String name, List<File> files, String sha256) {

  /** One text. */
  public record File(String name, String text) {}

  /** Keeps a copy of the list. */
  public Corpus {
    files = List.copyOf(files);
  }

  /** Hashes the files, which are in order. */
  static Corpus of(String name, List<File> files) {
    MessageDigest digest = newDigest();
    for (File file : files) {
      digest.update(file.name().getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      digest.update(file.text().getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
    }
    return new Corpus(name, files, HexFormat.of().formatHex(digest.digest()));
  }

  /** Number of UTF-16 units in all texts. */
  public long characters() {
    return files.stream().mapToLong(f -> f.text().length()).sum();
  }

  /** A hash of a name that is spread evenly over [0, 1). */
  static double position(String name) {
    byte[] hash = newDigest().digest(name.getBytes(StandardCharsets.UTF_8));
    long bits = 0;
    for (int i = 0; i < 7; i++) {
      bits = bits << 8 | (hash[i] & 0xFF);
    }
    return (bits >>> 3) * 0x1.0p-53;
  }

  private static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
