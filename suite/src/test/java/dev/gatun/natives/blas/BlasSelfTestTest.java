package dev.gatun.natives.blas;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.natives.UnusableLibraryException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The true library passes; with one function of it replaced by a wrong one it is refused. */
class BlasSelfTestTest {
  private final Arena arena = Arena.ofShared();
  private final FakeFunctions functions = new FakeFunctions(arena);

  @AfterEach
  void freeStubs() {
    arena.close();
  }

  @Test
  void aTrueLibraryPasses() {
    assertDoesNotThrow(() -> BlasSelfTest.run(with(Map.of())));
  }

  @Test
  void a64BitIntegerBuildOfCblasIsRefused() {
    assertRefused(Map.of("cblas_dscal", dscal(JAVA_LONG, 2)), "it takes 64-bit integers");
  }

  @Test
  void a64BitIntegerBuildOfLapackeIsRefused() {
    var dlarfg =
        functions.function(
            FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS),
            arguments -> {
              boolean reads = (long) arguments.getFirst() > 1;
              doubles(arguments.getLast()).setAtIndex(JAVA_DOUBLE, 0, reads ? 1.6 : 0);
              return 0;
            });
    assertRefused(Map.of("LAPACKE_dlarfg", dlarfg), "it takes 64-bit integers");
  }

  @Test
  void aFakeWith32BitIntegersPasses() {
    assertDoesNotThrow(() -> BlasSelfTest.run(with(Map.of("cblas_dscal", dscal(JAVA_INT, 2)))));
  }

  @Test
  void aWrongAnswerIsShownBesideTheRightOne() {
    assertRefused(
        Map.of("cblas_dscal", dscal(JAVA_INT, 3)), "cblas_dscal gives 9.0 where 6.0 is right;");
  }

  @Test
  void productsAndEigenvaluesThatDoNothingAreRefused() {
    for (var name : new String[] {"cblas_sgemm", "cblas_dgemm", "LAPACKE_dsyevd"}) {
      var nothing = functions.answer(0);
      assertRefused(Map.of(name, nothing), name + " gives ");
    }
  }

  /** cblas_dscal that multiplies by a factor of its own. */
  private MemorySegment dscal(MemoryLayout integer, double factor) {
    return functions.function(
        FunctionDescriptor.of(JAVA_INT, integer, JAVA_DOUBLE, ADDRESS, integer),
        arguments -> {
          var x = doubles(arguments.get(2));
          for (int i = 0; i < ((Number) arguments.getFirst()).longValue(); i++) {
            x.setAtIndex(JAVA_DOUBLE, i, factor * x.getAtIndex(JAVA_DOUBLE, i));
          }
          return 0;
        });
  }

  @SuppressWarnings("restricted")
  private static MemorySegment doubles(Object address) {
    return ((MemorySegment) address).reinterpret(16);
  }

  private void assertRefused(Map<String, MemorySegment> replaced, String reason) {
    var e = assertThrows(UnusableLibraryException.class, () -> BlasSelfTest.run(with(replaced)));
    assertTrue(e.getMessage().contains(reason), e.getMessage());
  }

  private static SymbolLookup with(Map<String, MemorySegment> replaced) {
    BlasLibrary.load();
    var library = SymbolLookup.loaderLookup();
    return name -> Optional.ofNullable(replaced.get(name)).or(() -> library.find(name));
  }
}
