package dev.gatun.natives;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

class NativeArchiveTest {
  private static final List<String> FILES = List.of("libfirst.so.0", "libsecond.so.5");
  private static final int BYTES = 3_000_000;

  @TempDir Path folder;

  @Test
  void unpacksEveryFileOnce() throws Exception {
    archive().unpack();
    var first = keys();
    archive().unpack();
    assertIntact();
    assertEquals(first, keys());
  }

  /** What identifies each file: another one after it was written again. */
  private List<Object> keys() throws Exception {
    var keys = new ArrayList<Object>();
    for (var file : FILES) {
      keys.add(Files.readAttributes(folder.resolve(file), BasicFileAttributes.class).fileKey());
    }
    return keys;
  }

  @Test
  void replacesTheCorruptFileAndNoOther() throws Exception {
    archive().unpack();
    var before = keys();
    var bytes = Files.readAllBytes(folder.resolve(FILES.getFirst()));
    bytes[BYTES / 2] ^= 1;
    Files.write(folder.resolve(FILES.getFirst()), bytes);
    archive().unpack();
    assertIntact();
    assertNotEquals(before.getFirst(), keys().getFirst());
    assertEquals(before.getLast(), keys().getLast());
  }

  @Test
  void replacesATruncatedAndAMissingFile() throws Exception {
    archive().unpack();
    Files.write(folder.resolve(FILES.getFirst()), new byte[10]);
    Files.delete(folder.resolve(FILES.getLast()));
    archive().unpack();
    assertIntact();
  }

  @Test
  void trustsNoFileThatIsNotTheOriginal() throws Exception {
    for (var file : FILES) {
      Files.write(folder.resolve(file), new byte[BYTES]);
    }
    archive().unpack();
    assertIntact();
    Files.write(folder.resolve(FILES.getLast()), new byte[] {1}, StandardOpenOption.APPEND);
    archive().unpack();
    assertIntact();
  }

  @Test
  void aFileThatOthersCanWriteIsReplaced() throws Exception {
    archive().unpack();
    var before = keys();
    permit(folder.resolve(FILES.getFirst()), "rw-rw-rw-");
    archive().unpack();
    assertNotEquals(before.getFirst(), keys().getFirst());
    assertEquals(before.getLast(), keys().getLast());
  }

  @Test
  void theFolderOfAVersionOfItsLibraryAndTheCacheMustBePrivate() throws Exception {
    var version = folder.resolve("cache/openblas/1");
    archive(version).unpack();
    for (var part : List.of(version, version.getParent(), version.getParent().getParent())) {
      assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(part)));
      permit(part, "rwxrwxrwx");
      assertThrows(UnusableLibraryException.class, () -> archive(version).unpack());
      permit(part, "rwx------");
    }
    // What lies above the cache is the user's affair.
    permit(folder, "rwxrwxrwx");
    archive(version).unpack();
  }

  private static void permit(Path path, String modes) throws Exception {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(modes));
  }

  @Test
  void clearsWhatAKilledProcessLeft() throws Exception {
    Files.write(folder.resolve("libfirst.so.0123.part"), new byte[10]);
    archive().unpack();
    assertIntact();
  }

  @Test
  void aFailingOriginalLeavesTheOldFilesAlone() throws Exception {
    archive().unpack();
    Files.write(folder.resolve(FILES.getFirst()), new byte[10]);
    var failing =
        new NativeArchive(
            folder,
            FILES,
            file -> {
              throw new IOException("no space left");
            });
    assertThrows(UnusableLibraryException.class, failing::unpack);
    assertEquals(10, Files.size(folder.resolve(FILES.getFirst())));
    archive().unpack();
    assertIntact();
  }

  @Test
  void manyThreadsMayStartAtOnce() throws Exception {
    int threads = 8;
    try (var pool = Executors.newFixedThreadPool(threads)) {
      var tasks = new ArrayList<Callable<Path>>();
      for (int i = 0; i < threads; i++) {
        tasks.add(() -> archive().unpack());
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

  private NativeArchive archive() {
    return archive(folder);
  }

  private static NativeArchive archive(Path folder) {
    return new NativeArchive(folder, FILES, NativeArchiveTest::original);
  }

  private static InputStream original(String file) {
    return new ByteArrayInputStream(content(file));
  }

  private static byte[] content(String file) {
    var bytes = new byte[BYTES];
    new Random(file.hashCode()).nextBytes(bytes);
    return bytes;
  }

  private void assertIntact() throws Exception {
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

    public static void main(String[] args) throws Exception {
      archive(Path.of(args[0])).unpack();
    }
  }
}
