package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.natives.LibraryReport;
import dev.gatun.natives.blas.BlasLibrary;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class DoctorCommandTest {
  @TempDir Path empty;

  @Test
  void theLastLinesSayWhatWillWork() {
    CommandRun run = CommandRun.of("doctor", "--cuda-libraries", empty);
    assertEquals(0, run.code(), run.err());
    List<String> last = run.out().lines().toList().reversed().subList(0, 4).reversed();
    assertTrue(last.get(0).startsWith("--device cpu will work: OpenBLAS 0."), last::toString);
    assertTrue(last.get(1).startsWith("--device cuda will not work: CUDA "), last::toString);
    assertTrue(
        last.get(2).startsWith("measure --text will work: Hugging Face tokenizers 0."),
        last::toString);
    assertEquals("report will work: its figures can be drawn", last.get(3));
  }

  @Test
  void everyLibraryAndEveryStepIsShown() {
    CommandRun run = CommandRun.of("doctor", "--cuda-libraries", empty);
    for (String library : new String[] {"OpenBLAS", "CUDA driver", "cuBLAS", "cuSOLVER", "NVRTC"}) {
      assertTrue(run.out().contains(library), library);
    }
    assertTrue(
        run.out().contains(empty + "  none of cuBLAS, cuSOLVER, NVRTC"), "the folder's step");
  }

  @Test
  void theSpeedOfTheBlasLibraryIsMeasured() {
    CommandRun run = CommandRun.of("doctor", "--cuda-libraries", empty);
    assertTrue(run.out().contains("a call multiplies at "), run.out());
    JsonNode speed =
        CommandRun.of("doctor", "--cuda-libraries", empty, "--json").json().get("blas_gflops");
    assertTrue(speed.get("sgemm").doubleValue() > speed.get("dgemm").doubleValue() / 2);
    assertTrue(speed.get("dgemm").doubleValue() > 0);
  }

  @Test
  void theLibraryWhoseThreadsGatunCannotLimitIsNamed() {
    Path file = empty.resolve("libother.so");
    assertEquals(
        Optional.of(
            "  if a call of %s takes several threads, start Gatun with OMP_NUM_THREADS=1"
                .formatted(file)),
        DoctorCommand.threadAdvice(blas(BlasLibrary.UNKNOWN, file)));
    assertEquals(Optional.empty(), DoctorCommand.threadAdvice(blas("MKL", file)));
  }

  private static LibraryReport blas(String name, Path file) {
    return new LibraryReport(name, List.of(), Optional.of(file), "unknown", "", "");
  }

  @Test
  void theObjectHoldsVerdictStepsAndAttempts() {
    JsonNode json = CommandRun.of("doctor", "--cuda-libraries", empty, "--json").json();
    assertFalse(json.get("cuda").get("usable").booleanValue());
    assertEquals(1, json.get("cuda").get("steps").size());
    assertEquals(4, json.get("uses").size());
    assertFalse(json.get("uses").get(1).get("works").booleanValue());
    for (JsonNode library : json.get("libraries")) {
      assertFalse(library.get("attempts").isEmpty(), library.toString());
    }
  }
}
