package dev.gatun.natives;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Messages and codes; the words of the libraries themselves come with the libraries. */
class NativeStatusExceptionTest {
  private static final StatusWords OUT_OF_MEMORY =
      new StatusWords("CUDA_ERROR_OUT_OF_MEMORY", "out of memory");

  @Test
  void successThrowsNothingAndAsksNoLibrary() {
    assertDoesNotThrow(() -> CudaException.check(0, "cuInit"));
    assertDoesNotThrow(() -> CuBlasException.check(0, "cublasCreate_v2"));
    assertDoesNotThrow(() -> CuSolverException.check(0, "cusolverDnCreate"));
    assertDoesNotThrow(() -> CuSolverException.checkInfo(0, "cusolverDnXpotrf", "a 5x5"));
    assertDoesNotThrow(() -> NvrtcException.check(0, "nvrtcVersion"));
    assertDoesNotThrow(() -> NvrtcException.checkCompilation(0, "bias.cu", () -> "no log"));
  }

  @Test
  void theMessageHasCallStatusNameTextAndShapes() {
    var e = new CudaException("cuMemAlloc_v2", 2, OUT_OF_MEMORY, "1,024 bytes", "F32");
    assertEquals(
        "cuMemAlloc_v2 returned 2 (CUDA_ERROR_OUT_OF_MEMORY): out of memory [1,024 bytes, F32]",
        e.getMessage());
    assertEquals("cuMemAlloc_v2", e.call());
    assertEquals(2, e.status());
    assertEquals("CUDA_ERROR_OUT_OF_MEMORY", e.statusName());
  }

  @Test
  void aStatusThatTheLibraryDoesNotKnowIsGivenByNumber() {
    var e = new CudaException("cuInit", 4711, StatusWords.UNKNOWN);
    assertEquals(
        "cuInit returned 4711: a status that this version of the library does not explain",
        e.getMessage());
  }

  @Test
  void outOfMemoryIsToldApart() {
    assertTrue(new CudaException("cuMemAlloc_v2", 2, OUT_OF_MEMORY).isOutOfMemory());
    assertFalse(new CudaException("cuMemAlloc_v2", 1, OUT_OF_MEMORY).isOutOfMemory());
    assertTrue(new CuBlasException("cublasCreate_v2", 3, OUT_OF_MEMORY).isOutOfMemory());
    assertTrue(new CuSolverException("cusolverDnCreate", 2, OUT_OF_MEMORY).isOutOfMemory());
    assertTrue(new NvrtcException("nvrtcCompileProgram", 1, OUT_OF_MEMORY).isOutOfMemory());
  }

  @Test
  void cuSolverStatusesHaveNameAndText() {
    var e =
        assertThrows(
            CuSolverException.class,
            () -> CuSolverException.check(3, "cusolverDnXsyevd", "a 512x512"));
    assertEquals(
        "cusolverDnXsyevd returned 3 (CUSOLVER_STATUS_INVALID_VALUE): an argument has an illegal"
            + " value [a 512x512]",
        e.getMessage());
    for (int status = 1; status <= 11; status++) {
      var words = CuSolverException.words(status);
      assertTrue(words.name().startsWith("CUSOLVER_STATUS_"), words.toString());
      assertFalse(words.text().isBlank(), words.toString());
    }
    assertEquals(StatusWords.UNKNOWN, CuSolverException.words(-1));
  }

  @Test
  void cuSolverInfoKeepsLapacksMeaning() {
    var notDefinite =
        assertThrows(
            CuSolverException.class,
            () -> CuSolverException.checkInfo(2, "cusolverDnXpotrf", "a 5x5"));
    assertEquals(
        "cusolverDnXpotrf returned info = 2: the leading principal minor of order 2 is not"
            + " positive: the matrix is not positive definite [a 5x5]",
        notDefinite.getMessage());
    assertEquals(2, notDefinite.info());
    assertFalse(notDefinite.isOutOfMemory());
    var badArgument =
        assertThrows(
            CuSolverException.class, () -> CuSolverException.checkInfo(-4, "cusolverDnXgeqrf"));
    assertEquals(
        "cusolverDnXgeqrf returned info = -4: argument 4, not counting the handle, has an illegal"
            + " value",
        badArgument.getMessage());
  }
}
