package dev.gatun.natives;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Properties;

/**
 * The native library of Hugging Face's tokenizers, from the artifact {@code
 * ai.djl.huggingface:tokenizers}: unpacked to Gatun's cache and loaded, so that the methods of its
 * {@code TokenizersLibrary} can be called. The artifact's own loader is left aside, because it
 * looks for CUDA and, where it finds some, downloads another build.
 */
public final class TokenizersLibraryFile {
  private static final String LIBRARY = "Hugging Face tokenizers";
  private static final String FOLDER = "/native/lib/";

  private TokenizersLibraryFile() {}

  /**
   * Loads the library; a second time is as good as the first. Called from the class loader that
   * holds the artifact.
   *
   * @return its version
   * @throws NativeLibraryException if there is none for this platform, or it cannot be loaded
   */
  public static String load() {
    return load(
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        CacheFolder.ofThisUser().resolve("tokenizers"));
  }

  @SuppressWarnings("restricted")
  static String load(String osName, String osArch, Path cache) {
    String file = System.mapLibraryName("tokenizers");
    String folder = FOLDER + platform(osName, osArch) + "/cpu/";
    if (TokenizersLibraryFile.class.getResource(folder + file) == null) {
      throw new NativeLibraryException(
          LIBRARY, "none is published for %s on %s".formatted(osName, osArch));
    }
    try {
      String version = version();
      Path unpacked =
          new LibraryCache(
                  cache.resolve(version + "-" + platform(osName, osArch)),
                  List.of(file),
                  name -> resource(folder + name))
              .unpack()
              .resolve(file);
      System.load(unpacked.toAbsolutePath().toString());
      return version;
    } catch (UnsafeFolderException e) {
      throw new NativeLibraryException(LIBRARY, e.getMessage(), e);
    } catch (IOException e) {
      throw new NativeLibraryException(
          LIBRARY,
          "cannot be unpacked (%s); set GATUN_CACHE to a folder that can be written".formatted(e),
          e);
    } catch (UnsatisfiedLinkError e) {
      throw new NativeLibraryException(
          LIBRARY, e.getMessage().strip().replaceAll("\\s*\\R\\s*", " "), e);
    }
  }

  private static String platform(String osName, String osArch) {
    var os = osName.toLowerCase(Locale.ROOT);
    var system = os.startsWith("mac") ? "osx" : os.startsWith("win") ? "win" : os;
    var processor =
        switch (osArch) {
          case "amd64", "x86_64" -> "x86_64";
          case "aarch64", "arm64" -> "aarch64";
          default -> osArch;
        };
    return system + "-" + processor;
  }

  private static String version() throws IOException {
    try (var stream = resource(FOLDER + "tokenizers.properties")) {
      var properties = new Properties();
      properties.load(stream);
      return properties.getProperty("version", "unversioned");
    }
  }

  private static InputStream resource(String name) throws IOException {
    var stream = TokenizersLibraryFile.class.getResourceAsStream(name);
    if (stream == null) {
      throw new IOException(name + " is not on the class path");
    }
    return stream;
  }
}
