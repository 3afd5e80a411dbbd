package dev.gatun.natives;

import java.nio.file.Path;
import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * Where Gatun keeps what only saves time: libraries unpacked, kernels compiled. It may not exist
 * yet.
 */
public final class CacheFolder {
  private CacheFolder() {}

  /** {@code GATUN_CACHE}, or a folder in the platform's place for caches. */
  public static Path ofThisUser() {
    return of(
        System::getenv, System.getProperty("os.name"), Path.of(System.getProperty("user.home")));
  }

  /** The same for a user of this home on a machine with this environment. */
  public static Path of(UnaryOperator<String> environment, String osName, Path home) {
    var chosen = environment.apply("GATUN_CACHE");
    if (chosen != null && !chosen.isBlank()) {
      return Path.of(chosen).toAbsolutePath();
    }
    if (osName.toLowerCase(Locale.ROOT).startsWith("mac")) {
      return home.resolve("Library/Caches/gatun");
    }
    // The XDG specification: a relative path there is invalid and is to be ignored.
    var xdg = environment.apply("XDG_CACHE_HOME");
    var caches = xdg != null && Path.of(xdg).isAbsolute() ? Path.of(xdg) : home.resolve(".cache");
    return caches.resolve("gatun");
  }
}
