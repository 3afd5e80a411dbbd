package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubCacheTest {
  @TempDir Path root;
  private Path model;

  @BeforeEach
  void fill() throws IOException {
    model = root.resolve("models--org--tiny");
    for (String snapshot : new String[] {"aaa", "bbb"}) {
      Files.createDirectories(model.resolve("snapshots").resolve(snapshot));
    }
    Files.createDirectories(model.resolve("refs"));
    Files.writeString(model.resolve("refs/main"), "aaa\n");
    Files.writeString(model.resolve("refs/step1000"), "bbb");
  }

  private HubCache.Found found(String snapshot, String revision) {
    return new HubCache.Found(
        model.resolve("snapshots").resolve(snapshot), "org/tiny", Optional.ofNullable(revision));
  }

  @Test
  void nameStandsForMainAndARevisionForItself() {
    var cache = new HubCache(root);
    assertEquals(Optional.of(found("aaa", null)), cache.named("org/tiny"));
    assertEquals(Optional.of(found("aaa", null)), cache.named("org/tiny@main"));
    assertEquals(Optional.of(found("bbb", "step1000")), cache.named("org/tiny@step1000"));
    assertEquals(Optional.of(found("bbb", "bbb")), cache.named("org/tiny@bbb"));
  }

  @Test
  void modelThatIsNotThereIsNotFoundAndARevisionSaysHowToFetchIt() {
    var cache = new HubCache(root);
    assertEquals(Optional.empty(), cache.named("org/other"));
    assertEquals(Optional.empty(), cache.named("/org/tiny"));
    var e = assertThrows(IllegalArgumentException.class, () -> cache.named("org/tiny@step2000"));
    assertTrue(e.getMessage().contains("`hf download org/tiny --revision step2000`"));
    assertThrows(IllegalArgumentException.class, () -> cache.named("org/tiny@../../main"));
  }

  @Test
  void foldersOfTheCacheAreNamedAsTheHubNamesThem() {
    assertEquals(Optional.of(found("aaa", null)), HubCache.in(model));
    assertEquals(
        Optional.of(found("aaa", null)), HubCache.in(model.resolve("snapshots").resolve("aaa")));
    assertEquals(
        Optional.of(found("bbb", "step1000")),
        HubCache.in(model.resolve("snapshots").resolve("bbb")));
    assertEquals(Optional.empty(), HubCache.in(root));
  }

  @Test
  void onlySnapshotIsTakenWithoutAMain() throws IOException {
    Files.delete(model.resolve("refs/main"));
    assertThrows(IllegalArgumentException.class, () -> HubCache.in(model));
    Files.delete(model.resolve("snapshots/aaa"));
    assertEquals(Optional.of(found("bbb", null)), HubCache.in(model));
  }

  @Test
  void cacheIsWhereTheHubsToolsKeepIt() {
    assertEquals(Path.of("/a"), HubCache.of(Map.of("HF_HUB_CACHE", "/a", "HF_HOME", "/b")).root());
    assertEquals(Path.of("/b/hub"), HubCache.of(Map.of("HF_HOME", "/b")).root());
    assertEquals(Path.of("/c/huggingface/hub"), HubCache.of(Map.of("XDG_CACHE_HOME", "/c")).root());
    assertTrue(HubCache.of(Map.of()).root().endsWith(".cache/huggingface/hub"));
  }
}
