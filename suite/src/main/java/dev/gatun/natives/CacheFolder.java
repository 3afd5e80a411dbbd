package dev.gatun.natives;

import java.nio.file.Path;

/** Where Gatun keeps what only saves time: libraries unpacked, kernels compiled. */
public final class CacheFolder {
  private CacheFolder() {}

  /** {@code GATUN_CACHE}, or a folder in the platform's place for caches; may not exist yet. */
  public static Path ofThisUser() {
    return LibraryCache.root(
        System::getenv, System.getProperty("os.name"), Path.of(System.getProperty("user.home")));
  }
}
