package dev.gatun.natives;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateFolderTest {
  @TempDir Path above;

  private Path cache;
  private Path library;
  private Path version;

  @BeforeEach
  void createThreeLevels() throws Exception {
    cache = above.resolve("cache");
    library = cache.resolve("openblas");
    version = library.resolve("1");
    PrivateFolder.create(version, 3);
  }

  @Test
  void whatItCreatesIsOnlyThisUsers() throws IOException {
    for (Path folder : List.of(cache, library, version)) {
      assertEquals(
          "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
    }
    assertEquals(Optional.empty(), PrivateFolder.fault(version, 3));
  }

  @Test
  void eachLevelIsCheckedAndNoneAboveThem() throws IOException {
    for (Path folder : List.of(cache, library, version)) {
      for (String modes : List.of("rwxrwxrwx", "rwxrwx---", "rwx----w-")) {
        permit(folder, modes);
        assertEquals(
            "other users can write into %s; run `chmod -R go-w %s`, or set GATUN_CACHE to a folder of your own"
                .formatted(folder, folder),
            PrivateFolder.fault(version, 3).orElseThrow());
      }
      permit(folder, "rwxr-xr-x");
    }
    permit(cache, "rwxrwxrwx");
    assertEquals(Optional.empty(), PrivateFolder.fault(version, 2));
    assertTrue(PrivateFolder.fault(library, 2).isPresent());
  }

  @Test
  void theAdviceNamesTheTopmostFolderAtFault() throws IOException {
    permit(version, "rwxrwxr-x");
    permit(library, "rwxrwxr-x");
    var advice = PrivateFolder.fault(version, 3).orElseThrow();
    assertTrue(advice.contains("`chmod -R go-w " + library + "`"), advice);
  }

  @Test
  void aFolderAboveMayBeStickyLikeTmpButNotTheFolderItself() throws IOException {
    Files.setAttribute(library, "unix:mode", 01777);
    assertEquals(Optional.empty(), PrivateFolder.fault(version, 3));
    assertTrue(PrivateFolder.fault(library, 2).isPresent());
  }

  @Test
  void aFolderThatIsNotThereIsNoFaultButThoseAboveItAreChecked() throws IOException {
    Path absent = library.resolve("2");
    assertEquals(Optional.empty(), PrivateFolder.fault(absent, 3));
    permit(library, "rwxrwxr-x");
    assertTrue(PrivateFolder.fault(absent, 3).isPresent());
  }

  @Test
  void aFolderOfAnotherUserIsRefused() throws IOException {
    assumeRoot();
    for (Path folder : List.of(cache, library, version)) {
      Files.setAttribute(folder, "unix:uid", 12345);
      var refusal = PrivateFolder.fault(version, 3).orElseThrow();
      assertTrue(refusal.startsWith(folder + " belongs to another user"), refusal);
      Files.setAttribute(folder, "unix:uid", 0);
    }
  }

  @Test
  void whereTheProcessIsShownAsRootsTheHomesOwnerIsTheUser() throws IOException {
    assumeRoot();
    Path home = Files.createDirectory(above.resolve("home"));
    Files.setAttribute(home, "unix:uid", 12345);
    assertEquals(12345, PrivateFolder.user(Path.of("/proc/self"), home));
    Path process = Files.createDirectory(above.resolve("process"));
    Files.setAttribute(process, "unix:uid", 54321);
    assertEquals(54321, PrivateFolder.user(process, home));
    assertEquals(12345, PrivateFolder.user(above.resolve("absent"), home));
    assertEquals(0, PrivateFolder.user(Path.of("/proc/self"), above.resolve("absent")));
  }

  private static void assumeRoot() throws IOException {
    assumeTrue((int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0, "root gives away");
  }

  private static void permit(Path path, String modes) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(modes));
  }
}
