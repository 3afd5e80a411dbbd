package dev.gatun.data;

import dev.gatun.io.Resources;
import dev.gatun.io.TomlFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The jars of sources that Gatun's own corpora are made of.
 *
 * @param quick those that come with the application
 * @param more those that are read beside them where more text is wanted
 */
record PinnedText(List<SourceJar> quick, List<SourceJar> more) {
  private static final String FILE = "/dev/gatun/data/text.toml";

  /** As pinned. */
  static PinnedText shipped() {
    return new TomlFile<>(PinnedText.class, UnusableCorpusException::new)
        .parse(FILE, Resources.text(FILE));
  }

  /** The jars, with those of larger tiers if they are wanted. */
  List<SourceJar> jars(boolean withMore) {
    return withMore ? Stream.concat(quick.stream(), more.stream()).toList() : quick;
  }

  /** The Java files of a jar, which are named after the artifact and their place. */
  static List<Corpus.File> read(SourceJar jar, SourceJars places) {
    Path file = places.find(jar);
    List<Corpus.File> files = new ArrayList<>();
    try (var zip = new ZipFile(file.toFile(), StandardCharsets.UTF_8)) {
      for (ZipEntry entry : (Iterable<ZipEntry>) zip.stream().map(ZipEntry.class::cast)::iterator) {
        if (entry.getName().endsWith(".java")) {
          byte[] bytes = zip.getInputStream(entry).readAllBytes();
          String text = new String(bytes, StandardCharsets.UTF_8);
          files.add(new Corpus.File(jar.artifact() + "/" + entry.getName(), text));
        }
      }
    } catch (IOException e) {
      throw new UnusableCorpusException(
          "cannot read %s (%s); delete it".formatted(file, e.getMessage()), e);
    }
    return files;
  }
}
