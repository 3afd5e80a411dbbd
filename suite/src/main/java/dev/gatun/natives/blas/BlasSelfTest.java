package dev.gatun.natives.blas;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.gatun.bindings.openblas.OpenBlas;
import dev.gatun.natives.BoundFunctions;
import dev.gatun.natives.NativeCall;
import dev.gatun.natives.UnusableLibraryException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.util.List;

/**
 * A few calls with known answers, so that a library without the interface of CBLAS and LAPACKE with
 * 32-bit integers is refused with a line before it gives a wrong number.
 */
final class BlasSelfTest {
  /**
   * The integer 2 to a function that reads 32 bits, a negative number to one that reads 64. Both
   * functions that get it do nothing where a length is negative.
   */
  private static final long TWO = 0xFFFF_FFFF_0000_0002L;

  private final SymbolLookup symbols;
  private final Arena arena;

  private BlasSelfTest(SymbolLookup symbols, Arena arena) {
    this.symbols = symbols;
    this.arena = arena;
  }

  /** Throws if a function behind {@code symbols} gives a wrong answer. */
  static void run(SymbolLookup symbols) throws UnusableLibraryException {
    try (var arena = Arena.ofConfined()) {
      var test = new BlasSelfTest(symbols, arena);
      test.integers();
      test.products();
      test.eigenvalues();
    }
  }

  private void integers() throws UnusableLibraryException {
    var missing = BoundFunctions.missing(List.of("cblas_dscal", "LAPACKE_dlarfg"), symbols);
    if (!missing.isEmpty()) {
      throw new UnusableLibraryException(
          "it lacks %s; name a complete build".formatted(String.join(", ", missing)));
    }
    var x = arena.allocateFrom(JAVA_DOUBLE, 3, 4);
    NativeCall.invoke(
        symbols,
        "cblas_dscal",
        FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_DOUBLE, ADDRESS, JAVA_LONG),
        TWO,
        2.0,
        x,
        1L);
    // The reflection of (3, 4): to (-5, 0), by the vector (1, 1/2) and the factor 8/5.
    var first = arena.allocateFrom(JAVA_DOUBLE, 3);
    var second = arena.allocateFrom(JAVA_DOUBLE, 4);
    var factor = arena.allocate(JAVA_DOUBLE);
    NativeCall.invoke(
        symbols,
        "LAPACKE_dlarfg",
        FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS),
        TWO,
        first,
        second,
        1L,
        factor);
    if (x.get(JAVA_DOUBLE, 0) == 3 || factor.get(JAVA_DOUBLE, 0) == 0) {
      throw new UnusableLibraryException(
          "it takes 64-bit integers and the bindings pass 32-bit ones; name an LP64 build of it");
    }
    expect("cblas_dscal", x.toArray(JAVA_DOUBLE), 6, 8);
    expect("LAPACKE_dlarfg", factor.toArray(JAVA_DOUBLE), 1.6);
  }

  /** C ← 2·A·Bᵀ + C with A [2, 3] and B [2, 3] in rows of 4. */
  private void products() throws UnusableLibraryException {
    double[] expected = {9, 20, 21, 56};
    var a = arena.allocateFrom(JAVA_DOUBLE, 1, 2, 3, -9, 4, 5, 6, -9);
    var b = arena.allocateFrom(JAVA_DOUBLE, 1, 0, 1, -9, 2, 1, 2, -9);
    var c = arena.allocateFrom(JAVA_DOUBLE, 1, 0, 1, 6);
    product("cblas_dgemm", JAVA_DOUBLE, 2.0, a, b, 1.0, c);
    expect("cblas_dgemm", c.toArray(JAVA_DOUBLE), expected);
    var aSingle = arena.allocateFrom(JAVA_FLOAT, 1, 2, 3, -9, 4, 5, 6, -9);
    var bSingle = arena.allocateFrom(JAVA_FLOAT, 1, 0, 1, -9, 2, 1, 2, -9);
    var cSingle = arena.allocateFrom(JAVA_FLOAT, 1, 0, 1, 6);
    product("cblas_sgemm", JAVA_FLOAT, 2f, aSingle, bSingle, 1f, cSingle);
    double[] single = new double[4];
    for (int i = 0; i < single.length; i++) {
      single[i] = cSingle.getAtIndex(JAVA_FLOAT, i);
    }
    expect("cblas_sgemm", single, expected);
  }

  private void product(
      String function,
      MemoryLayout number,
      Object alpha,
      Object a,
      Object b,
      Object beta,
      Object c) {
    NativeCall.invoke(
        symbols,
        function,
        FunctionDescriptor.ofVoid(
            JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, number, ADDRESS, JAVA_INT,
            ADDRESS, JAVA_INT, number, ADDRESS, JAVA_INT),
        OpenBlas.CblasRowMajor(),
        OpenBlas.CblasNoTrans(),
        OpenBlas.CblasTrans(),
        2,
        2,
        3,
        alpha,
        a,
        4,
        b,
        4,
        beta,
        c,
        2);
  }

  private void eigenvalues() throws UnusableLibraryException {
    var a = arena.allocateFrom(JAVA_DOUBLE, 2, 1, 1, 2);
    var values = arena.allocate(JAVA_DOUBLE, 2);
    NativeCall.invoke(
        symbols,
        "LAPACKE_dsyevd",
        FunctionDescriptor.of(
            JAVA_INT, JAVA_INT, JAVA_BYTE, JAVA_BYTE, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS),
        OpenBlas.LAPACK_ROW_MAJOR(),
        (byte) 'N',
        (byte) 'L',
        2,
        a,
        2,
        values);
    expect("LAPACKE_dsyevd", values.toArray(JAVA_DOUBLE), 1, 3);
  }

  private static void expect(String function, double[] found, double... expected)
      throws UnusableLibraryException {
    for (int i = 0; i < expected.length; i++) {
      if (!(Math.abs(found[i] - expected[i]) <= 1e-14 * Math.abs(expected[i]))) {
        throw new UnusableLibraryException(
            "%s gives %s where %s is right; name another library"
                .formatted(function, found[i], expected[i]));
      }
    }
  }
}
