package dev.gatun.natives;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CacheFolderTest {
  @Test
  void itFollowsTheEnvironmentThenThePlatform() {
    var home = Path.of("/home/ada");
    assertEquals(
        Path.of("/scratch/gatun"),
        CacheFolder.of(Map.of("GATUN_CACHE", "/scratch/gatun")::get, "Linux", home));
    assertEquals(
        Path.of("/xdg/gatun"),
        CacheFolder.of(Map.of("XDG_CACHE_HOME", "/xdg")::get, "Linux", home));
    assertEquals(
        Path.of("/home/ada/.cache/gatun"),
        CacheFolder.of(Map.of("XDG_CACHE_HOME", "relative")::get, "Linux", home));
    assertEquals(
        Path.of("/home/ada/Library/Caches/gatun"), CacheFolder.of(name -> null, "Mac OS X", home));
  }
}
