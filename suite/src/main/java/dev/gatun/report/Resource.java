package dev.gatun.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Text that ships inside the application. */
final class Resource {
  /** Folder of numbers published elsewhere; its README names the sources. */
  static final String FACTS = "/dev/gatun/results/facts/";

  private Resource() {}

  static String text(String path) {
    try (InputStream stream = Resource.class.getResourceAsStream(path)) {
      if (stream == null) {
        throw new IllegalStateException("this build lacks " + path + ": build it again");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path, e);
    }
  }
}
