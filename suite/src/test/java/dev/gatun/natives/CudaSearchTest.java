package dev.gatun.natives;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CudaSearchTest {
  @TempDir Path folder;

  @Test
  void everyLibraryHasAReportAndEveryFailureItsWords() {
    var reports = CudaSearch.ofThisMachine().inspect();
    assertEquals(
        Arrays.stream(CudaLibrary.values()).map(CudaLibrary::label).toList(),
        reports.stream().map(LibraryReport::library).toList());
    for (var report : reports) {
      assertFalse(report.attempts().isEmpty(), report.library());
      for (var attempt : report.attempts()) {
        assertFalse(attempt.outcome().isBlank(), attempt.toString());
      }
    }
  }

  @Test
  void aFolderWithoutTheLibrarySaysSo() {
    var attempt = firstAttempt(Map.of("CUDA_HOME", folder.toString()), CudaLibrary.CUBLAS);
    assertEquals("CUDA_HOME", attempt.source());
    assertEquals("holds no libcublas.so.13", attempt.outcome());
  }

  @Test
  void aBrokenFileIsReportedInTheLinkersWordsAndTheSearchGoesOn() throws IOException {
    var lib64 = Files.createDirectories(folder.resolve("lib64"));
    var broken = Files.writeString(lib64.resolve("libcublas.so.13"), "broken".repeat(100));
    var attempt = firstAttempt(Map.of("GATUN_CUDA", folder.toString()), CudaLibrary.CUBLAS);
    assertEquals(broken.toString(), attempt.location());
    assertTrue(attempt.outcome().contains(broken.toString()), attempt.outcome());
    assertTrue(
        report(Map.of("GATUN_CUDA", folder.toString()), CudaLibrary.CUBLAS).attempts().size() > 1);
  }

  @Test
  void anotherLibraryUnderTheNameIsNotTakenForIt() throws IOException {
    var other = OpenBlasLibrary.load().file().resolveSibling("libquadmath.so.0");
    Files.copy(other, folder.resolve("libnvrtc.so.13"));
    var attempt = firstAttempt(Map.of("GATUN_CUDA", folder.toString()), CudaLibrary.NVRTC);
    assertEquals("opens, but has no symbol nvrtcVersion", attempt.outcome());
  }

  @Test
  void theDriverIsNotLookedForInAToolkit() {
    var attempt = firstAttempt(Map.of("CUDA_HOME", folder.toString()), CudaLibrary.DRIVER);
    assertEquals("dynamic linker", attempt.source());
  }

  private LibraryReport.Attempt firstAttempt(Map<String, String> environment, CudaLibrary library) {
    return report(environment, library).attempts().getFirst();
  }

  private LibraryReport report(Map<String, String> environment, CudaLibrary library) {
    return new CudaSearch(environment::get, folder).inspect().get(library.ordinal());
  }
}
