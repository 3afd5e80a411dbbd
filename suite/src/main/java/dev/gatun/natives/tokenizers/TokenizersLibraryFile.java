package dev.gatun.natives.tokenizers;

import dev.gatun.natives.CacheFolder;
import dev.gatun.natives.DynamicLinker;
import dev.gatun.natives.NativeArchive;
import dev.gatun.natives.NativeLibraryException;
import dev.gatun.natives.UnusableLibraryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

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

  static String load(String osName, String osArch, Path cache) {
    String file = System.mapLibraryName("tokenizers");
    String platform = platform(osName, osArch);
    String folder = FOLDER + platform + "/cpu/";
    if (TokenizersLibraryFile.class.getResource(folder + file) == null) {
      throw new NativeLibraryException(
          LIBRARY,
          TokenizersLibraryFile.class.getResource(FOLDER + "tokenizers.properties") == null
              ? "this bundle has none; unpack gatun-…-tokenizers.tar.xz over it"
              : "none is published for %s on %s".formatted(osName, osArch));
    }
    try {
      String version = NativeArchive.version(FOLDER + "tokenizers.properties");
      var archive =
          NativeArchive.onClassPath(cache.resolve(version + "-" + platform), folder, List.of(file));
      DynamicLinker.load(archive.unpack().toAbsolutePath().resolve(file));
      return version;
    } catch (UnusableLibraryException e) {
      throw new NativeLibraryException(LIBRARY, e.getMessage(), e);
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
}
