package dev.gatun.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** A JDK's {@code src.zip}. */
final class SourceZip implements SourceArchive {
  private final ZipFile zip;

  SourceZip(Path file) throws IOException {
    zip = new ZipFile(file.toFile(), StandardCharsets.UTF_8);
  }

  @Override
  public List<String> names() {
    return zip.stream().map(ZipEntry::getName).toList();
  }

  @Override
  public long bytes(String name) {
    return zip.getEntry(name).getSize();
  }

  @Override
  public String text(String name) throws IOException {
    try (var stream = zip.getInputStream(zip.getEntry(name))) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
