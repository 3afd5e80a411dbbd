package dev.gatun.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The sources of a JDK, {@code lib/src.zip}: real text on every machine that can run Gatun. */
public final class JdkSources {
  private JdkSources() {}

  /** As {@link #read(Path, String, long)}, of the running JDK. */
  public static Corpus read(String prefix, long byteLimit) {
    return read(Path.of(System.getProperty("java.home")), prefix, byteLimit);
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
    try (var zip = new ZipFile(archive.toFile(), StandardCharsets.UTF_8)) {
      List<Corpus.File> files = new ArrayList<>();
      for (ZipEntry entry : select(zip, prefix, byteLimit)) {
        try (var stream = zip.getInputStream(entry)) {
          String text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
          files.add(new Corpus.File(entry.getName(), text));
        }
      }
      if (files.isEmpty()) {
        throw new UnusableCorpusException(
            "%s has no Java file under '%s' within %s bytes; choose another module or a larger limit"
                .formatted(archive, prefix, byteLimit));
      }
      return Corpus.of("jdk-sources" + (prefix.isEmpty() ? "" : ":" + prefix), files);
    } catch (IOException e) {
      throw new UnusableCorpusException(
          "cannot read " + archive + ": " + e.getMessage() + "; give --corpus <file or folder>", e);
    }
  }

  private static List<ZipEntry> select(ZipFile zip, String prefix, long byteLimit) {
    record Candidate(ZipEntry entry, double position) {}
    List<Candidate> candidates =
        zip.stream()
            .filter(e -> e.getName().endsWith(".java") && e.getName().startsWith(prefix))
            .map(e -> new Candidate(e, Corpus.position("select:" + e.getName())))
            .sorted(
                Comparator.comparingDouble(Candidate::position)
                    .thenComparing(c -> c.entry().getName()))
            .toList();
    List<ZipEntry> taken = new ArrayList<>();
    long bytes = 0;
    for (Candidate candidate : candidates) {
      bytes += candidate.entry().getSize();
      if (bytes > byteLimit) {
        break;
      }
      taken.add(candidate.entry());
    }
    taken.sort(Comparator.comparing(ZipEntry::getName));
    return taken;
  }
}
