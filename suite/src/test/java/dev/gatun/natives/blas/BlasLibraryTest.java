package dev.gatun.natives.blas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.bindings.openblas.OpenBlas;
import dev.gatun.natives.ForkedJvm;
import dev.gatun.natives.LapackStatus;
import dev.gatun.natives.NativeLibraryException;
import dev.gatun.natives.NativeStatusException;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlasLibraryTest {
  @TempDir Path folder;

  @Test
  void theBundledLibraryIsLoadedOnceWithOneThread() {
    var library = BlasLibrary.load();
    assertSame(library, BlasLibrary.load());
    assertSame(library, BlasLibrary.load(Optional.of(library.file())));
    assertEquals("OpenBLAS", library.name());
    assertTrue(library.version().matches("\\d+\\.\\d+\\.\\d+"), library.version());
    assertTrue(library.configuration().contains("OpenBLAS " + library.version()));
    assertFalse(library.coreType().isEmpty());
    assertTrue(Files.isRegularFile(library.file()));
    assertEquals(1, OpenBlas.openblas_get_num_threads());
    var report = BlasLibrary.report(Optional.empty());
    assertEquals(Optional.of(library.file()), report.loaded());
    assertEquals(library.version(), report.version());
  }

  @Test
  void boundFunctionsCompute() {
    BlasLibrary.load();
    try (var arena = Arena.ofConfined()) {
      var a = arena.allocateFrom(ValueLayout.JAVA_DOUBLE, 2, 1, 1, 2);
      var w = arena.allocate(ValueLayout.JAVA_DOUBLE, 2);
      int info =
          OpenBlas.LAPACKE_dsyevd(OpenBlas.LAPACK_ROW_MAJOR(), (byte) 'N', (byte) 'U', 2, a, 2, w);
      LapackStatus.check("LAPACKE_dsyevd", info, "a 2x2");
      assertEquals(1, w.getAtIndex(ValueLayout.JAVA_DOUBLE, 0), 1e-15);
      assertEquals(3, w.getAtIndex(ValueLayout.JAVA_DOUBLE, 1), 1e-15);
      var notDefinite = arena.allocateFrom(ValueLayout.JAVA_DOUBLE, 1, 2, 2, 1);
      int failed =
          OpenBlas.LAPACKE_dpotrf(OpenBlas.LAPACK_ROW_MAJOR(), (byte) 'U', 2, notDefinite, 2);
      var e =
          assertThrows(
              NativeStatusException.class,
              () -> LapackStatus.check("LAPACKE_dpotrf", failed, "a 2x2"));
      assertTrue(e.getMessage().contains("minor of order 2"), e.getMessage());
    }
  }

  @Test
  void anotherLibraryAfterLoadingIsAnError() throws IOException {
    var library = BlasLibrary.load();
    var other = Files.writeString(folder.resolve("libopenblas.so"), "");
    var e = assertThrows(NativeLibraryException.class, () -> BlasLibrary.load(Optional.of(other)));
    assertTrue(e.getMessage().contains("has opened " + library.file()), e.getMessage());
  }

  @Test
  void anOverrideThatDoesNotExistIsOneLineThatSaysWhatToDo() throws Exception {
    var absent = folder.resolve("libopenblas.so.7");
    var lines = loadElsewhere(Map.of(), absent.toString());
    assertEquals(
        "BLAS: cannot be used; tried --blas ("
            + absent
            + "): there is no such file; name the file of a library with CBLAS and LAPACKE, or"
            + " leave --blas out to use the OpenBLAS that comes with Gatun",
        lines);
  }

  @Test
  void theEnvironmentVariableIsTakenAndNamed() throws Exception {
    var lines = loadElsewhere(Map.of("GATUN_BLAS", folder.toString()));
    assertTrue(lines.contains("tried GATUN_BLAS (" + folder + "): that is a folder"), lines);
  }

  @Test
  void aFakeFileIsRefusedInTheLinkersOwnWords() throws Exception {
    var fake = Files.writeString(folder.resolve("libopenblas.so.0"), "not a library\n".repeat(50));
    var lines = loadElsewhere(Map.of(), fake.toString());
    // glibc says "invalid ELF header", musl and macOS have words of their own.
    assertTrue(lines.startsWith("BLAS: cannot be used; tried --blas (" + fake), lines);
    assertTrue(lines.contains("invalid ELF header") || !isGlibc(), lines);
    assertEquals(1, lines.lines().count(), lines);
  }

  @Test
  void aTruncatedLibraryIsRefused() throws Exception {
    var whole = BlasLibrary.load().file();
    var half = folder.resolve("libopenblas.so.0");
    Files.write(half, Arrays.copyOf(Files.readAllBytes(whole), 1 << 20));
    var lines = loadElsewhere(Map.of(), half.toString());
    assertTrue(lines.contains("libopenblas.so.0 is cut short (1048576 bytes)"), lines);
    assertTrue(lines.startsWith("BLAS: cannot be used; tried --blas"), lines);
  }

  @Test
  void aLibraryOfAnotherKindIsRefused() throws Exception {
    var other = BlasLibrary.load().file().resolveSibling("libquadmath.so.0");
    var copy = Files.copy(other, folder.resolve("libother.so"));
    var lines = loadElsewhere(Map.of(), copy.toString());
    assertTrue(lines.contains("it has no CBLAS (no cblas_sdot, "), lines);
  }

  @Test
  void aCopyElsewhereIsLoaded() throws Exception {
    var source = BlasLibrary.load().file().getParent();
    try (var files = Files.newDirectoryStream(source, "lib*")) {
      for (var file : files) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
    var copy = folder.resolve(BlasLibrary.load().file().getFileName());
    assertEquals("loaded " + copy, loadElsewhere(Map.of(), copy.toString()));
  }

  @Test
  void aMissingArtifactIsNamed() throws Exception {
    var classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.contains("openblas"))
            .collect(Collectors.joining(File.pathSeparator));
    var lines = loadElsewhere(Map.of(), classPath, new String[0]);
    assertTrue(lines.contains("not on the class path; add org.bytedeco:openblas"), lines);
    assertEquals(1, lines.lines().count(), lines);
  }

  @Test
  void otherPlatformsSayWhichArtifactIsAbsent() {
    for (var machine : Map.of("Linux", "aarch64", "Mac OS X", "arm64").entrySet()) {
      var result =
          new BlasLoader(name -> null, machine.getKey(), machine.getValue()).load(Optional.empty());
      var outcome = result.report().attempts().getFirst().outcome();
      assertTrue(outcome.contains("add org.bytedeco:openblas, classifier "), outcome);
      assertTrue(
          outcome.contains("arm64, or name a library with CBLAS and LAPACKE with --blas"), outcome);
      assertFalse(result.entered());
    }
  }

  @Test
  void anUnknownPlatformSaysSo() {
    var result = new BlasLoader(name -> null, "SunOS", "sparcv9").load(Optional.empty());
    var outcome = result.report().attempts().getFirst().outcome();
    assertTrue(outcome.startsWith("none is published for SunOS on sparcv9;"), outcome);
  }

  @Test
  void aCacheThatCannotBeWrittenIsNamed() throws Exception {
    var file = Files.writeString(folder.resolve("file"), "in the way");
    var lines = loadElsewhere(Map.of("GATUN_CACHE", file.toString()));
    assertTrue(lines.contains("could not be unpacked"), lines);
    assertTrue(lines.contains("set GATUN_CACHE to a folder that can be written"), lines);
  }

  @Test
  void aCacheThatOthersCanWriteIsRefused() throws Exception {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    var lines = loadElsewhere(Map.of("GATUN_CACHE", folder.toString()));
    assertTrue(lines.contains("other users can write into " + folder), lines);
    assertTrue(lines.contains("chmod -R go-w " + folder), lines);
  }

  @Test
  void twoProcessesWithAnEmptyCacheBothLoad() throws Exception {
    var environment = Map.of("GATUN_CACHE", folder.toString());
    var first = ForkedJvm.start(environment, LoadMain.class);
    var second = ForkedJvm.start(environment, LoadMain.class);
    var expected = "loaded " + folder;
    assertTrue(ForkedJvm.output(first).startsWith(expected));
    assertTrue(ForkedJvm.output(second).startsWith(expected));
  }

  private static boolean isGlibc() {
    return Files.exists(Path.of("/lib64/ld-linux-x86-64.so.2"));
  }

  private static String loadElsewhere(Map<String, String> environment, String... arguments)
      throws IOException {
    return ForkedJvm.output(ForkedJvm.start(environment, LoadMain.class, arguments)).strip();
  }

  private static String loadElsewhere(
      Map<String, String> environment, String classPath, String[] arguments) throws IOException {
    return ForkedJvm.output(ForkedJvm.start(environment, classPath, LoadMain.class, arguments))
        .strip();
  }

  /** Loads the library that it is given, if any, calls it, and prints one line. */
  static final class LoadMain {
    private LoadMain() {}

    public static void main(String[] args) {
      try {
        var library = BlasLibrary.load(Arrays.stream(args).findFirst().map(Path::of));
        if (OpenBlas.openblas_get_num_threads() != 1) {
          throw new AssertionError("more than one thread");
        }
        System.out.println("loaded " + library.file());
      } catch (NativeLibraryException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
