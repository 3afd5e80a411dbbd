package dev.gatun.io;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Files that ship inside the application, by their absolute paths on the class path. */
public final class Resources {
  private Resources() {}

  /**
   * The bytes of a file.
   *
   * @throws IllegalStateException if the application lacks it
   */
  public static byte[] bytes(String path) {
    try (InputStream stream = Resources.class.getResourceAsStream(path)) {
      if (stream == null) {
        throw new IllegalStateException("this build lacks " + path + ": build it again");
      }
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path, e);
    }
  }

  /**
   * The text of a file in UTF-8.
   *
   * @throws IllegalStateException if the application lacks it
   */
  public static String text(String path) {
    return new String(bytes(path), StandardCharsets.UTF_8);
  }
}
