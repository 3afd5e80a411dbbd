package dev.gatun.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Any text file, or every text file of a folder and its sub-folders, in UTF-8.
 *
 * @param name of the file or folder
 * @param files in the order of their names
 * @param bytes of all
 * @param cut how files were cut, in words; empty if they were not
 */
public record TextFiles(String name, List<Corpus.File> files, long bytes, String cut) {
  /** Of one file or piece, whose characters must fit one string. */
  private static final long MOST_BYTES = 1L << 30;

  /** Among the last bytes of a piece a line break is looked for. */
  private static final int LINE_BYTES = 1 << 16;

  /** Keeps a copy of the list. */
  public TextFiles {
    files = List.copyOf(files);
  }

  /** What was found, not read yet. */
  private record Found(String name, Path file, long size) {
    Corpus.File whole() {
      return new Corpus.File(name, () -> text(file, 0, size));
    }
  }

  /**
   * The text at a path as it is, to measure on: nothing is left out, and nothing held out. Of a
   * folder, names that begin with a dot are left out, and the rest is in the order of the names.
   *
   * @param byteLimit most bytes to take; the first file that would pass it ends the reading
   * @throws UnusableCorpusException if there is nothing, it is empty, or not UTF-8
   */
  public static Corpus read(Path path, long byteLimit) {
    return Corpus.of(name(path), find(path, byteLimit).stream().map(Found::whole).toList());
  }

  /**
   * The same texts to train on. Where a few files hold most of the text, large ones are cut into
   * pieces behind line breaks, so that a part of the text can be held out. Texts are read again
   * whenever they are asked for: a large folder takes no memory.
   *
   * @param heldOut share of the text that is to be held out
   * @throws UnusableCorpusException if there is nothing, or it is empty
   */
  static TextFiles inPieces(Path path, long byteLimit, double heldOut) {
    List<Found> found = find(path, byteLimit);
    long bytes = found.stream().mapToLong(Found::size).sum();
    long most = (long) Math.max(64, Treatment.LARGEST * heldOut * bytes);
    long within = found.stream().mapToLong(file -> Math.min(file.size(), most)).sum();
    if (within >= bytes / 2) {
      return new TextFiles(name(path), found.stream().map(Found::whole).toList(), bytes, "");
    }
    List<Corpus.File> pieces = new ArrayList<>();
    for (Found file : found) {
      addPieces(file, most, pieces);
    }
    String cut =
        String.format(
            Locale.ROOT,
            "%,d large files cut into pieces of at most %,d bytes",
            found.stream().filter(file -> file.size() > most).count(),
            most);
    return new TextFiles(name(path), pieces, bytes, cut);
  }

  private static void addPieces(Found whole, long most, List<Corpus.File> pieces) {
    if (whole.size() <= most) {
      pieces.add(whole.whole());
      return;
    }
    try (var channel = FileChannel.open(whole.file())) {
      int number = 0;
      for (long from = 0; from < whole.size(); ) {
        long start = from;
        long end = pieceEnd(channel, from, Math.min(whole.size(), from + most));
        String name = String.format(Locale.ROOT, "%s#%06d", whole.name(), ++number);
        pieces.add(new Corpus.File(name, () -> text(whole.file(), start, end)));
        from = end;
      }
    } catch (IOException e) {
      throw unreadable(whole.file(), e);
    }
  }

  /** Behind the last line break before a byte, else before the character that the byte is of. */
  private static long pieceEnd(FileChannel channel, long from, long most) throws IOException {
    if (most == channel.size()) {
      return most;
    }
    int length = (int) Math.min(LINE_BYTES, most - from) + 1;
    long start = most + 1 - length;
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining() && channel.read(bytes, start + bytes.position()) >= 0) {}
    int character = length - 1;
    while (character > 1 && (bytes.get(character) & 0xC0) == 0x80) {
      character--;
    }
    for (int i = length - 2; i >= 0; i--) {
      if (bytes.get(i) == '\n') {
        return start + i + 1;
      }
    }
    return start + character;
  }

  private static String name(Path path) {
    Path name = path.toAbsolutePath().normalize().getFileName();
    return name == null ? "files" : name.toString();
  }

  private static List<Found> find(Path path, long byteLimit) {
    if (!Files.exists(path)) {
      throw new UnusableCorpusException(
          "the corpus "
              + path
              + " does not exist; give a text file or a folder of them, or code, prose or jdk");
    }
    boolean folder = Files.isDirectory(path);
    List<Found> found = new ArrayList<>();
    long bytes = 0;
    try {
      for (Path file : folder ? filesUnder(path) : List.of(path)) {
        long size = Files.size(file);
        if (bytes + size > byteLimit) {
          break;
        }
        bytes += size;
        String name = (folder ? path.relativize(file) : file.getFileName()).toString();
        found.add(new Found(name.replace('\\', '/'), file, size));
      }
    } catch (IOException e) {
      throw unreadable(path, e);
    }
    if (bytes == 0) {
      throw new UnusableCorpusException(
          "the corpus %s holds no text within %s bytes; give another file, or a larger --corpus-limit"
              .formatted(path, byteLimit));
    }
    return found;
  }

  private static UnusableCorpusException unreadable(Path path, IOException e) {
    return new UnusableCorpusException("cannot read the corpus " + path + ": " + e, e);
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

  private static String text(Path file, long from, long to) {
    if (to - from > MOST_BYTES) {
      throw new UnusableCorpusException(
          "the corpus file " + file + " is larger than 1 GiB; split it into smaller ones");
    }
    try (var channel = FileChannel.open(file)) {
      ByteBuffer bytes = ByteBuffer.allocate((int) (to - from));
      while (bytes.hasRemaining()) {
        if (channel.read(bytes, from + bytes.position()) < 0) {
          throw new IOException("it became shorter while it was read");
        }
      }
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
    } catch (CharacterCodingException e) {
      throw new UnusableCorpusException(
          "the corpus file " + file + " is not UTF-8; convert it or leave it out", e);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }
}
