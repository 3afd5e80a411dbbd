package dev.gatun.natives;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibraryCacheTest {
  private static final List<String> FILES = List.of("libfirst.so.0", "libsecond.so.5");
  private static final int BYTES = 3_000_000;

  @TempDir Path folder;

  @Test
  void unpacksEveryFileOnce() throws IOException {
    cache().unpack();
    var first = keys();
    cache().unpack();
    assertIntact();
    assertEquals(first, keys());
  }

  /** What identifies each file: another one after it was written again. */
  private List<Object> keys() throws IOException {
    var keys = new ArrayList<Object>();
    for (var file : FILES) {
      keys.add(Files.readAttributes(folder.resolve(file), BasicFileAttributes.class).fileKey());
    }
    return keys;
  }

  @Test
  void replacesTheCorruptFileAndNoOther() throws IOException {
    cache().unpack();
    var before = keys();
    var bytes = Files.readAllBytes(folder.resolve(FILES.getFirst()));
    bytes[BYTES / 2] ^= 1;
    Files.write(folder.resolve(FILES.getFirst()), bytes);
    cache().unpack();
    assertIntact();
    assertNotEquals(before.getFirst(), keys().getFirst());
    assertEquals(before.getLast(), keys().getLast());
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
  void trustsNoFileThatIsNotTheOriginal() throws IOException {
    for (var file : FILES) {
      Files.write(folder.resolve(file), new byte[BYTES]);
    }
    cache().unpack();
    assertIntact();
    Files.write(folder.resolve(FILES.getLast()), new byte[] {1}, StandardOpenOption.APPEND);
    cache().unpack();
    assertIntact();
  }

  @Test
  void aFileThatOthersCanWriteIsReplaced() throws IOException {
    cache().unpack();
    var before = keys();
    permit(folder.resolve(FILES.getFirst()), "rw-rw-rw-");
    cache().unpack();
    assertNotEquals(before.getFirst(), keys().getFirst());
    assertEquals(before.getLast(), keys().getLast());
  }

  @Test
  void aFolderThatOthersCanWriteIsRefused() throws IOException {
    cache().unpack();
    for (var modes : List.of("rwxrwxrwx", "rwxrwx---", "rwx----w-")) {
      permit(folder, modes);
      var refusal = assertThrows(UnsafeFolderException.class, () -> cache().unpack());
      assertTrue(refusal.getMessage().contains("other users can write into " + folder));
      assertTrue(refusal.getMessage().contains("chmod go-w"), refusal.getMessage());
    }
    permit(folder, "rwxr-xr-x");
    cache().unpack();
    assertIntact();
  }

  @Test
  void theFoldersAboveAreAsPrivate() throws IOException {
    var version = folder.resolve("openblas").resolve("1");
    cache(version).unpack();
    assertEquals(
        "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(version)));
    permit(version.getParent(), "rwxrwxrwx");
    assertThrows(UnsafeFolderException.class, () -> cache(version).unpack());
    // In a folder like /tmp nobody can put another one in the place of this user's.
    Files.setAttribute(version.getParent(), "unix:mode", 01777);
    cache(version).unpack();
  }

  @Test
  void aFolderOfAnotherUserIsRefused() throws IOException {
    assumeTrue((int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0, "root gives away");
    cache().unpack();
    Files.setAttribute(folder, "unix:uid", 12345);
    try {
      var refusal = assertThrows(UnsafeFolderException.class, () -> cache().unpack());
      assertTrue(refusal.getMessage().contains("belongs to another user"), refusal.getMessage());
    } finally {
      Files.setAttribute(folder, "unix:uid", 0);
    }
  }

  private static void permit(Path path, String modes) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(modes));
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
  }

  @Test
  void manyProcessesMayStartAtOnce() throws Exception {
    var processes = new ArrayList<Process>();
    for (int i = 0; i < 4; i++) {
      processes.add(ForkedJvm.start(Map.of(), UnpackMain.class, folder.toString()));
    }
    for (var process : processes) {
      var output = ForkedJvm.output(process);
      assertTrue(process.waitFor(60, TimeUnit.SECONDS));
      assertEquals(0, process.exitValue(), output);
    }
    assertIntact();
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
    return cache(folder);
  }

  private static LibraryCache cache(Path folder) {
    return new LibraryCache(folder, FILES, LibraryCacheTest::original);
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
    expected.add(".lock");
    assertEquals(expected, present);
    for (var file : FILES) {
      assertArrayEquals(content(file), Files.readAllBytes(folder.resolve(file)), file);
    }
  }

  /** Unpacks into the folder that it is given. */
  static final class UnpackMain {
    private UnpackMain() {}

    public static void main(String[] args) throws IOException {
      cache(Path.of(args[0])).unpack();
    }
  }
}
