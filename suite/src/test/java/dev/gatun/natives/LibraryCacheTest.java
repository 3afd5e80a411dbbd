package dev.gatun.natives;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibraryCacheTest {
  private static final List<String> FILES = List.of("libfirst.so.0", "libsecond.so.5");
  private static final int BYTES = 3_000_000;

  @TempDir Path folder;

  private final AtomicInteger opened = new AtomicInteger();

  @Test
  void unpacksEveryFileOnce() throws IOException {
    cache().unpack();
    cache().unpack();
    assertIntact();
    assertEquals(FILES.size(), opened.get());
  }

  @Test
  void replacesTheCorruptFileAndNoOther() throws IOException {
    cache().unpack();
    var bytes = Files.readAllBytes(folder.resolve(FILES.getFirst()));
    bytes[BYTES / 2] ^= 1;
    Files.write(folder.resolve(FILES.getFirst()), bytes);
    cache().unpack();
    assertIntact();
    assertEquals(FILES.size() + 1, opened.get());
  }

  @Test
  void replacesATruncatedAndAMissingFile() throws IOException {
    cache().unpack();
    Files.write(folder.resolve(FILES.getFirst()), new byte[10]);
    Files.delete(folder.resolve(FILES.getLast()));
    cache().unpack();
    assertIntact();
  }

  @Test
  void trustsNoFileWithoutAChecksum() throws IOException {
    for (var file : FILES) {
      Files.write(folder.resolve(file), new byte[BYTES]);
    }
    cache().unpack();
    assertIntact();
  }

  @Test
  void damagedChecksumsAreWrittenAgain() throws IOException {
    cache().unpack();
    var sums = folder.resolve("SHA256SUMS");
    var original = Files.readString(sums);
    Files.write(sums, new byte[] {(byte) 0xff, 0, 7, '\n', ' ', ' ', '\n'});
    cache().unpack();
    assertIntact();
    assertEquals(original, Files.readString(sums));
  }

  @Test
  void clearsWhatAKilledProcessLeft() throws IOException {
    Files.write(folder.resolve("libfirst.so.0123.part"), new byte[10]);
    cache().unpack();
    assertIntact();
  }

  @Test
  void aFailingOriginalLeavesTheOldFilesAlone() throws IOException {
    cache().unpack();
    Files.write(folder.resolve(FILES.getFirst()), new byte[10]);
    var failing =
        new LibraryCache(
            folder,
            FILES,
            file -> {
              throw new IOException("no space left");
            });
    assertThrows(IOException.class, failing::unpack);
    assertEquals(10, Files.size(folder.resolve(FILES.getFirst())));
    cache().unpack();
    assertIntact();
  }

  @Test
  void manyThreadsMayStartAtOnce() throws Exception {
    int threads = 8;
    try (var pool = Executors.newFixedThreadPool(threads)) {
      var tasks = new ArrayList<Callable<Path>>();
      for (int i = 0; i < threads; i++) {
        tasks.add(() -> cache().unpack());
      }
      for (var result : pool.invokeAll(tasks)) {
        assertEquals(folder, result.get());
      }
    }
    assertIntact();
    assertEquals(FILES.size(), opened.get());
  }

  @Test
  void manyProcessesMayStartAtOnce() throws Exception {
    var processes = new ArrayList<Process>();
    for (int i = 0; i < 4; i++) {
      processes.add(ForkedJvm.start(Map.of(), UnpackMain.class, folder.toString()));
    }
    int unpacked = 0;
    for (var process : processes) {
      var output = ForkedJvm.output(process);
      assertTrue(process.waitFor(60, TimeUnit.SECONDS));
      assertEquals(0, process.exitValue(), output);
      unpacked += Integer.parseInt(output.strip());
    }
    assertIntact();
    assertEquals(FILES.size(), unpacked, "each file is unpacked by one process only");
  }

  @Test
  void rootFollowsTheEnvironmentThenThePlatform() {
    var home = Path.of("/home/ada");
    assertEquals(
        Path.of("/scratch/gatun"),
        LibraryCache.root(Map.of("GATUN_CACHE", "/scratch/gatun")::get, "Linux", home));
    assertEquals(
        Path.of("/xdg/gatun"),
        LibraryCache.root(Map.of("XDG_CACHE_HOME", "/xdg")::get, "Linux", home));
    assertEquals(
        Path.of("/home/ada/.cache/gatun"),
        LibraryCache.root(Map.of("XDG_CACHE_HOME", "relative")::get, "Linux", home));
    assertEquals(
        Path.of("/home/ada/Library/Caches/gatun"),
        LibraryCache.root(name -> null, "Mac OS X", home));
  }

  private LibraryCache cache() {
    return cache(folder, opened);
  }

  private static LibraryCache cache(Path folder, AtomicInteger opened) {
    return new LibraryCache(
        folder,
        FILES,
        file -> {
          opened.incrementAndGet();
          return original(file);
        });
  }

  private static InputStream original(String file) {
    return new ByteArrayInputStream(content(file));
  }

  private static byte[] content(String file) {
    var bytes = new byte[BYTES];
    new Random(file.hashCode()).nextBytes(bytes);
    return bytes;
  }

  private void assertIntact() throws IOException {
    var present = new TreeSet<String>();
    try (var files = Files.newDirectoryStream(folder)) {
      files.forEach(file -> present.add(file.getFileName().toString()));
    }
    var expected = new TreeSet<>(FILES);
    expected.addAll(List.of(".lock", "SHA256SUMS"));
    assertEquals(expected, present);
    for (var file : FILES) {
      assertArrayEquals(content(file), Files.readAllBytes(folder.resolve(file)), file);
    }
  }

  /** Unpacks into the folder that it is given and prints how many files it wrote. */
  static final class UnpackMain {
    private UnpackMain() {}

    public static void main(String[] args) throws IOException {
      var opened = new AtomicInteger();
      cache(Path.of(args[0]), opened).unpack();
      System.out.println(opened.get());
    }
  }
}
