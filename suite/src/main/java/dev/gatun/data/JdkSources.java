package dev.gatun.data;

import dev.gatun.io.Hash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The sources of a JDK, {@code lib/src.zip}: text that differs from JDK to JDK. */
final class JdkSources {
  private JdkSources() {}

  /** As {@link #read(Path, String, long)}, of the running JDK. */
  static List<Corpus.File> read(String prefix, long byteLimit) {
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
  static List<Corpus.File> read(Path javaHome, String prefix, long byteLimit) {
    Path archive = javaHome.resolve("lib").resolve("src.zip");
    if (!Files.isRegularFile(archive)) {
      throw new UnusableCorpusException(
          "this JDK has no sources at "
              + archive
              + ": install them (Debian and Ubuntu: openjdk-25-source; Fedora:"
              + " java-25-openjdk-src; Temurin's own packages ship them)"
              + " or leave --corpus jdk out");
    }
    try (var zip = new ZipFile(archive.toFile(), StandardCharsets.UTF_8)) {
      List<Corpus.File> files = new ArrayList<>();
      for (ZipEntry entry : select(zip, prefix, byteLimit)) {
        byte[] bytes = zip.getInputStream(entry).readAllBytes();
        String text = new String(bytes, StandardCharsets.UTF_8);
        files.add(new Corpus.File(entry.getName(), text));
      }
      if (files.isEmpty()) {
        throw new UnusableCorpusException(
            "%s has no Java file under '%s' within %s bytes; choose another module or a larger --corpus-limit"
                .formatted(archive, prefix, byteLimit));
      }
      return files;
    } catch (IOException e) {
      throw new UnusableCorpusException(
          "cannot read " + archive + ": " + e.getMessage() + "; leave --corpus jdk out", e);
    }
  }

  private static List<ZipEntry> select(ZipFile zip, String prefix, long byteLimit) {
    record Candidate(ZipEntry entry, double position) {}
    List<Candidate> candidates =
        zip.stream()
            .<ZipEntry>map(entry -> entry)
            .filter(
                entry -> entry.getName().endsWith(".java") && entry.getName().startsWith(prefix))
            .map(entry -> new Candidate(entry, position("select:" + entry.getName())))
            .sorted(
                Comparator.comparingDouble(Candidate::position)
                    .thenComparing(candidate -> candidate.entry().getName()))
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
    return taken;
  }

  /** A hash of a name that is spread evenly over [0, 1). */
  private static double position(String name) {
    byte[] hash = Hash.sha256().digest(name.getBytes(StandardCharsets.UTF_8));
    long bits = 0;
    for (int i = 0; i < 7; i++) {
      bits = bits << 8 | (hash[i] & 0xFF);
    }
    return (bits >>> 3) * 0x1.0p-53;
  }
}
