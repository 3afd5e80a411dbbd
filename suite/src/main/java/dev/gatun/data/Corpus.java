package dev.gatun.data;

import dev.gatun.io.Hash;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;

/**
 * Named texts in a random order, the first of which are held out: {@link Treatment} makes them of
 * what was read.
 *
 * @param name of the whole, for settings tables and provenance
 * @param heldOut number of texts that nothing is trained on
 * @param sha256 over all of it: each file's name, a zero byte, its text, a zero byte, in UTF-8, and
 *     a zero byte more behind the last that is held out
 * @param characters UTF-16 units in all texts
 * @param largest characters of the longest text
 * @param treatment what was left out, in words; empty if nothing was
 */
public record Corpus(
    String name,
    List<File> files,
    int heldOut,
    String sha256,
    long characters,
    int largest,
    String treatment) {

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

  /** Reads and hashes the files, which are in order, and none of them held out. */
  public static Corpus of(String name, List<File> files) {
    return of(name, files, 0, "");
  }

  /** Reads and hashes the files, which are in order. */
  static Corpus of(String name, List<File> files, int heldOut, String treatment) {
    MessageDigest digest = Hash.sha256();
    long characters = 0;
    int largest = 0;
    for (int i = 0; i < files.size(); i++) {
      String text = files.get(i).text();
      characters += text.length();
      largest = Math.max(largest, text.length());
      digest.update(files.get(i).name().getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      digest.update(text.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      if (i == heldOut - 1) {
        digest.update((byte) 0);
      }
    }
    return new Corpus(name, files, heldOut, Hash.hex(digest), characters, largest, treatment);
  }

  /** The texts to train on. */
  public List<File> train() {
    return files.subList(heldOut, files.size());
  }

  /** The texts to evaluate on. */
  public List<File> validation() {
    return files.subList(0, heldOut);
  }
}
