package dev.gatun.data;

import dev.gatun.io.Hash;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.List;

/**
 * Named texts in the order of their names.
 *
 * @param name of the whole, for settings tables and provenance
 * @param sha256 over all of it: each file's name, a zero byte, its text, a zero byte, in UTF-8
 * @param characters UTF-16 units in all texts
 */
public record Corpus(String name, List<File> files, String sha256, long characters) {

  /**
   * One text, which need not be held in memory.
   *
   * @param source gives the text whenever it is asked
   */
  public record File(String name, Source source) {
    /** A text that is held in memory. */
    public File(String name, String text) {
      this(name, new Held(text));
    }

    /**
     * The text.
     *
     * @throws UnusableCorpusException if it can no longer be read
     */
    public String text() {
      return source.text();
    }
  }

  /** Equal to any other of the same text. */
  private record Held(String text) implements Source {}

  /** Gives a text. */
  @FunctionalInterface
  public interface Source {
    /** The same text at each call. */
    String text();
  }

  /** Keeps a copy of the list. */
  public Corpus {
    files = List.copyOf(files);
  }

  /** Reads and hashes the files, which are in order. */
  public static Corpus of(String name, List<File> files) {
    MessageDigest digest = Hash.sha256();
    long characters = 0;
    for (File file : files) {
      String text = file.text();
      characters += text.length();
      digest.update(file.name().getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      digest.update(text.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
    }
    return new Corpus(name, files, Hash.hex(digest), characters);
  }

  /**
   * The files in the order of a hash of their names: the first of them are a fair sample of all,
   * whatever the order in which they are named.
   */
  public List<File> sampled() {
    record Place(File file, double position) {}
    return files.stream()
        .map(file -> new Place(file, position("sample:" + file.name())))
        .sorted(
            Comparator.comparingDouble(Place::position).thenComparing(place -> place.file().name()))
        .map(Place::file)
        .toList();
  }

  /** A hash of a name that is spread evenly over [0, 1). */
  static double position(String name) {
    byte[] hash = Hash.sha256().digest(name.getBytes(StandardCharsets.UTF_8));
    long bits = 0;
    for (int i = 0; i < 7; i++) {
      bits = bits << 8 | (hash[i] & 0xFF);
    }
    return (bits >>> 3) * 0x1.0p-53;
  }
}
