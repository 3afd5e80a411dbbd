package dev.gatun.data;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Any text file, or every text file of a folder and its sub-folders, in UTF-8.
 *
 * @param name of the file or folder
 * @param files in the order of their names
 * @param bytes of all
 */
public record TextFiles(String name, List<Corpus.File> files, long bytes) {
  /** Of one file, whose characters must fit one string. */
  private static final long MOST_BYTES = 1L << 30;

  /** Keeps a copy of the list. */
  public TextFiles {
    files = List.copyOf(files);
  }

  /**
   * The files at a path. Of a folder, names that begin with a dot are left out, and the rest is in
   * the order of the names. Texts are read again whenever they are asked for: a large folder takes
   * no memory.
   *
   * @param byteLimit most bytes to take; the first file that would pass it ends the reading
   * @throws UnusableCorpusException if there is nothing, or it is empty
   */
  static TextFiles list(Path path, long byteLimit) {
    if (!Files.exists(path)) {
      throw new UnusableCorpusException(
          "the corpus "
              + path
              + " does not exist; give a text file or a folder of them, or code, prose or jdk");
    }
    boolean folder = Files.isDirectory(path);
    List<Corpus.File> files = new ArrayList<>();
    long bytes = 0;
    try {
      for (Path file : folder ? filesUnder(path) : List.of(path)) {
        long size = Files.size(file);
        if (bytes + size > byteLimit) {
          break;
        }
        bytes += size;
        String name = (folder ? path.relativize(file) : file.getFileName()).toString();
        files.add(new Corpus.File(name.replace('\\', '/'), () -> text(file)));
      }
    } catch (IOException e) {
      throw new UnusableCorpusException("cannot read the corpus " + path + ": " + e, e);
    }
    if (bytes == 0) {
      throw new UnusableCorpusException(
          "the corpus %s holds no text within %s bytes; give another file, or a larger --corpus-limit"
              .formatted(path, byteLimit));
    }
    Path name = path.toAbsolutePath().normalize().getFileName();
    return new TextFiles(name == null ? "files" : name.toString(), files, bytes);
  }

  /** The text at a path as it is, to measure on: nothing is left out, and nothing held out. */
  public static Corpus read(Path path, long byteLimit) {
    TextFiles files = list(path, byteLimit);
    return Corpus.of(files.name(), files.files());
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
