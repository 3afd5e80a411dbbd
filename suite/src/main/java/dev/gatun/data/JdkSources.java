package dev.gatun.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The sources of a JDK, {@code lib/src.zip}: real text on every machine that can run Gatun. An
 * application that comes without a JDK brings them as tokens, from which they are restored.
 */
public final class JdkSources {
  /** Property that names the tokens that the application brings, if it does. */
  private static final String TOKENS = "gatun.jdk.tokens";

  private interface Opening {
    SourceArchive open() throws IOException;
  }

  private JdkSources() {}

  /** As {@link #read(Path, String, long)}, of the running JDK or of what the application brings. */
  public static Corpus read(String prefix, long byteLimit) {
    String tokens = System.getProperty(TOKENS);
    return tokens == null
        ? read(Path.of(System.getProperty("java.home")), prefix, byteLimit)
        : readTokens(Path.of(tokens), prefix, byteLimit);
  }

  /**
   * Java files of a JDK.
   *
   * @param prefix what their names begin with, as {@code java.base/}; all if empty
   * @param byteLimit most bytes to take. Files are taken in the order of a hash of their names, so
   *     that a small corpus is a fair sample of a large one and a part of it
   * @throws UnusableCorpusException if the JDK has no {@code src.zip} or nothing fits
   */
  public static Corpus read(Path javaHome, String prefix, long byteLimit) {
    Path archive = javaHome.resolve("lib").resolve("src.zip");
    if (!Files.isRegularFile(archive)) {
      throw new UnusableCorpusException(
          "this JDK has no sources at "
              + archive
              + ": install them (Debian and Ubuntu: openjdk-25-source; Fedora:"
              + " java-25-openjdk-src; Temurin's own packages ship them)"
              + " or give --corpus <file or folder>");
    }
    return read(archive, () -> new SourceZip(archive), prefix, byteLimit);
  }

  /** As {@link #read(Path, String, long)}, of tokens that {@link #tokenize} wrote. */
  static Corpus readTokens(Path archive, String prefix, long byteLimit) {
    return read(archive, () -> new TokenZip(archive), prefix, byteLimit);
  }

  /**
   * Writes the Java files of a JDK as tokens, which give the same corpora as the files.
   *
   * @param prefix what their names begin with
   * @param archive file to create or replace
   * @throws UnusableCorpusException if the JDK has no such files, or the archive cannot be written
   */
  public static void tokenize(Path javaHome, String prefix, Path archive) {
    Corpus all = read(javaHome, prefix, Long.MAX_VALUE);
    try {
      TokenZip.write(archive, all.files());
    } catch (IOException e) {
      throw new UnusableCorpusException("cannot write tokens to " + archive + ": " + e, e);
    }
  }

  private static Corpus read(Path archive, Opening opening, String prefix, long byteLimit) {
    try (SourceArchive sources = opening.open()) {
      List<Corpus.File> files = new ArrayList<>();
      for (String name : select(sources, prefix, byteLimit)) {
        files.add(new Corpus.File(name, sources.text(name)));
      }
      if (files.isEmpty()) {
        throw new UnusableCorpusException(
            "%s has no Java file under '%s' within %s bytes; choose another module or a larger --corpus-limit"
                .formatted(archive, prefix, byteLimit));
      }
      return Corpus.of("jdk-sources" + (prefix.isEmpty() ? "" : ":" + prefix), files);
    } catch (IOException e) {
      throw new UnusableCorpusException(
          "cannot read " + archive + ": " + e.getMessage() + "; give --corpus <file or folder>", e);
    }
  }

  private static List<String> select(SourceArchive sources, String prefix, long byteLimit)
      throws IOException {
    record Candidate(String name, double position) {}
    List<Candidate> candidates =
        sources.names().stream()
            .filter(name -> name.endsWith(".java") && name.startsWith(prefix))
            .map(name -> new Candidate(name, Corpus.position("select:" + name)))
            .sorted(Comparator.comparingDouble(Candidate::position).thenComparing(Candidate::name))
            .toList();
    List<String> taken = new ArrayList<>();
    long bytes = 0;
    for (Candidate candidate : candidates) {
      bytes += sources.bytes(candidate.name());
      if (bytes > byteLimit) {
        break;
      }
      taken.add(candidate.name());
    }
    taken.sort(Comparator.naturalOrder());
    return taken;
  }
}
