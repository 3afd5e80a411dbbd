package dev.gatun.natives;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LapackStatusTest {
  @Test
  void zeroIsSuccess() {
    assertDoesNotThrow(() -> LapackStatus.check("LAPACKE_dsyevd", 0, "a 3x3"));
  }

  @Test
  void exceptionHoldsRoutineStatusAndShapes() {
    var e =
        assertThrows(
            NativeStatusException.class, () -> LapackStatus.check("LAPACKE_dpotrf", 2, "a 5x5"));
    assertEquals("LAPACKE_dpotrf", e.call());
    assertEquals(2, e.status());
    assertEquals(
        "LAPACKE_dpotrf returned info = 2: the leading principal minor of order 2 is not positive:"
            + " the matrix is not positive definite [a 5x5]",
        e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "LAPACKE_dsyevd, -5, argument 5 (a)",
    "LAPACKE_sgesdd, -1, argument 1 (matrix_layout)",
    "LAPACKE_dgesvd, -13, argument 13 (superb)",
    "LAPACKE_dsterf, -2, argument 2 (d)",
    "LAPACKE_dpotrs, -99, argument 99 has",
    "LAPACKE_dgeqrf, -1010, work array",
    "LAPACKE_dorgqr, -1011, transpose",
    "LAPACKE_dsyevd, 7, did not converge",
    "LAPACKE_dgesvd, 4, 4 superdiagonals",
    "LAPACKE_sgesdd, 1, bdsdc",
    "dsterf, 3, 3 off-diagonal elements",
    "LAPACKE_dgeqrf, 1, does not list",
    "LAPACKE_dnothing, -1, argument 1 has",
  })
  void textSaysWhatTheStatusMeans(String routine, int info, String expected) {
    var text = LapackStatus.text(routine, info);
    assertTrue(text.contains(expected), text);
  }
}
