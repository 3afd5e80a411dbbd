package dev.gatun.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiled kernels on disk: they save compilations and can do no harm. */
class CubinCacheTest {
  private static final byte[] CODE = {1, 2, 3, 4, 5};

  @TempDir Path folder;
  private int compilations;

  private byte[] compile() {
    compilations++;
    return CODE.clone();
  }

  @Test
  void codeIsCompiledOnceAndReadByTheNextProcess() {
    var cache = new CubinCache(folder.resolve("not/there/yet"));
    assertArrayEquals(CODE, cache.get("a.cubin", this::compile));
    var next = new CubinCache(folder.resolve("not/there/yet"));
    assertArrayEquals(CODE, next.get("a.cubin", this::compile));
    assertEquals(1, compilations);
    assertArrayEquals(CODE, next.get("b.cubin", this::compile));
    assertEquals(2, compilations);
  }

  @Test
  void aDamagedFileIsCompiledAgainAndMended() throws IOException {
    var cache = new CubinCache(folder);
    cache.get("a.cubin", this::compile);
    Path file = folder.resolve("a.cubin");
    byte[] whole = Files.readAllBytes(file);
    byte[] flipped = whole.clone();
    flipped[flipped.length - 1] ^= 1;
    for (byte[] damaged : new byte[][] {flipped, {}, {1, 2, 3}, truncated(whole)}) {
      compilations = 0;
      Files.write(file, damaged);
      assertArrayEquals(CODE, cache.get("a.cubin", this::compile));
      assertArrayEquals(CODE, cache.get("a.cubin", this::compile));
      assertEquals(1, compilations);
      assertArrayEquals(whole, Files.readAllBytes(file));
    }
  }

  @Test
  void aFolderThatOthersCanWriteKeepsAndGivesNothing() throws IOException {
    var cache = new CubinCache(folder);
    cache.get("a.cubin", this::compile);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertArrayEquals(CODE, cache.get("a.cubin", this::compile));
    cache.get("b.cubin", this::compile);
    assertEquals(3, compilations);
    assertFalse(Files.exists(folder.resolve("b.cubin")));
    assertTrue(cache.fault().orElseThrow().contains("chmod -R go-w"));
  }

  private static byte[] truncated(byte[] bytes) {
    return Arrays.copyOf(bytes, bytes.length - 1);
  }

  @Test
  void whereNothingCanBeWrittenEachUseCompiles() throws IOException {
    Path file = Files.createFile(folder.resolve("a file"));
    var cache = new CubinCache(file.resolve("below"));
    assertArrayEquals(CODE, cache.get("a.cubin", this::compile));
    assertArrayEquals(CODE, cache.get("a.cubin", this::compile));
    assertEquals(2, compilations);
  }

  @Test
  void keysDifferInEveryPartAndInWhereOnePartEnds() {
    assertEquals(CubinCache.key("source", "13.0"), CubinCache.key("source", "13.0"));
    assertNotEquals(CubinCache.key("source", "13.0"), CubinCache.key("source", "13.1"));
    assertNotEquals(CubinCache.key("ab", "c"), CubinCache.key("a", "bc"));
  }
}
