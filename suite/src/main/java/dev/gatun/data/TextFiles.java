package dev.gatun.data;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Any text file, or every text file of a folder and its sub-folders, in UTF-8. */
public final class TextFiles {
  /** Of one file, whose characters must fit one string. */
  private static final long MOST_BYTES = 1L << 30;

  private TextFiles() {}

  /**
   * The text at a path. Of a folder, names that begin with a dot are left out, and the rest is in
   * the order of the names. Texts are read again whenever they are asked for: a large folder takes
   * no memory.
   *
   * @param byteLimit most bytes to take; the first file that would pass it ends the reading
   * @throws UnusableCorpusException if there is nothing, it is empty, or not UTF-8
   */
  public static Corpus read(Path path, long byteLimit) {
    if (!Files.exists(path)) {
      throw new UnusableCorpusException(
          "the corpus " + path + " does not exist; give a text file or a folder of them");
    }
    boolean folder = Files.isDirectory(path);
    List<Corpus.File> files = new ArrayList<>();
    long bytes = 0;
    try {
      for (Path file : folder ? filesUnder(path) : List.of(path)) {
        bytes += Files.size(file);
        if (bytes > byteLimit) {
          break;
        }
        String name = (folder ? path.relativize(file) : file.getFileName()).toString();
        files.add(new Corpus.File(name.replace('\\', '/'), () -> text(file)));
      }
    } catch (IOException e) {
      throw new UnusableCorpusException("cannot read the corpus " + path + ": " + e, e);
    }
    Path name = path.toAbsolutePath().normalize().getFileName();
    Corpus corpus = Corpus.of(name == null ? "files" : name.toString(), files);
    if (corpus.characters() == 0) {
      throw new UnusableCorpusException(
          "the corpus %s holds no text within %s bytes; give another file, or a larger limit"
              .formatted(path, byteLimit));
    }
    return corpus;
  }

  private static List<Path> filesUnder(Path folder) throws IOException {
    try (var walk = Files.walk(folder)) {
      return walk.filter(Files::isRegularFile)
          .filter(f -> !hidden(folder.relativize(f)))
          .sorted(Comparator.comparing(f -> folder.relativize(f).toString().replace('\\', '/')))
          .toList();
    }
  }

  private static boolean hidden(Path relative) {
    for (Path part : relative) {
      if (part.toString().startsWith(".")) {
        return true;
      }
    }
    return false;
  }

  private static String text(Path file) {
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new UnusableCorpusException(
            "the corpus file " + file + " is larger than 1 GiB; split it into smaller ones");
      }
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new UnusableCorpusException(
          "the corpus file " + file + " is not UTF-8; convert it or leave it out", e);
    } catch (IOException e) {
      throw new UnusableCorpusException("cannot read the corpus file " + file + ": " + e, e);
    }
  }
}
