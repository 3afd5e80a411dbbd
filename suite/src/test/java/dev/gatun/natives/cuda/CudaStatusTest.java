package dev.gatun.natives.cuda;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.natives.NativeStatusException;
import org.junit.jupiter.api.Test;

/** Messages and codes; the words of the libraries themselves come with the libraries. */
class CudaStatusTest {
  @Test
  void successThrowsNothingAndAsksNoLibrary() {
    for (var library : CudaStatus.values()) {
      assertDoesNotThrow(() -> library.check(0, "call", "a 5x5"));
    }
    assertDoesNotThrow(() -> CudaStatus.checkInfo(0, "cusolverDnXpotrf", "a 5x5"));
    assertDoesNotThrow(() -> CudaStatus.checkCompilation(0, "gelu.cu", () -> "no log"));
  }

  @Test
  void cuSolverStatusesHaveNameAndText() {
    var e =
        assertThrows(
            NativeStatusException.class,
            () -> CudaStatus.CUSOLVER.check(3, "cusolverDnXsyevd", "a 512x512"));
    assertEquals(
        "cusolverDnXsyevd returned 3 (CUSOLVER_STATUS_INVALID_VALUE): an argument has an illegal"
            + " value [a 512x512]",
        e.getMessage());
    for (int status = 1; status <= 11; status++) {
      var words = CudaStatus.CUSOLVER.words(status);
      assertTrue(words.name().startsWith("CUSOLVER_STATUS_"), words.toString());
      assertFalse(words.text().isBlank(), words.toString());
    }
  }

  @Test
  void aStatusThatTheLibraryDoesNotKnowIsGivenByNumber() {
    var e =
        assertThrows(
            NativeStatusException.class, () -> CudaStatus.CUSOLVER.check(4711, "cusolverDnCreate"));
    assertEquals(
        "cusolverDnCreate returned 4711: a status that this version of the library does not"
            + " explain",
        e.getMessage());
    assertEquals("", e.statusName());
  }

  @Test
  void cuSolverInfoKeepsLapacksMeaning() {
    var notDefinite =
        assertThrows(
            NativeStatusException.class,
            () -> CudaStatus.checkInfo(2, "cusolverDnXpotrf", "a 5x5"));
    assertEquals(
        "cusolverDnXpotrf returned info = 2: the leading principal minor of order 2 is not"
            + " positive: the matrix is not positive definite [a 5x5]",
        notDefinite.getMessage());
    assertEquals(2, notDefinite.status());
    var badArgument =
        assertThrows(
            NativeStatusException.class, () -> CudaStatus.checkInfo(-4, "cusolverDnXgeqrf"));
    assertEquals(
        "cusolverDnXgeqrf returned info = -4: argument 4, not counting the handle, has an illegal"
            + " value",
        badArgument.getMessage());
  }
}
