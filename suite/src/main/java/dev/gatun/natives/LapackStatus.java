package dev.gatun.natives;

import java.util.List;
import java.util.Map;

/**
 * What the {@code info} of a LAPACK routine means, by LAPACKE's names; cuSOLVER's routines keep its
 * meaning. The texts are those of the LAPACK Users' Guide and the routines' own documentation.
 */
public final class LapackStatus {
  /** LAPACKE's own codes ({@code lapacke.h}), beyond any argument's position. */
  private static final int WORK_MEMORY_ERROR = -1010;

  private static final int TRANSPOSE_MEMORY_ERROR = -1011;

  private static final Map<String, List<String>> ARGUMENTS =
      Map.ofEntries(
          Map.entry("syevd", List.of("matrix_layout", "jobz", "uplo", "n", "a", "lda", "w")),
          Map.entry("sytrd", List.of("matrix_layout", "uplo", "n", "a", "lda", "d", "e", "tau")),
          // No layout: LAPACKE counts the arguments of these two from n as well.
          Map.entry("sterf", List.of("n", "d", "e")),
          Map.entry("larfg", List.of("n", "alpha", "x", "incx", "tau")),
          Map.entry(
              "gesdd",
              List.of(
                  "matrix_layout", "jobz", "m", "n", "a", "lda", "s", "u", "ldu", "vt", "ldvt")),
          Map.entry(
              "gesvd",
              List.of(
                  "matrix_layout",
                  "jobu",
                  "jobvt",
                  "m",
                  "n",
                  "a",
                  "lda",
                  "s",
                  "u",
                  "ldu",
                  "vt",
                  "ldvt",
                  "superb")),
          Map.entry("geqrf", List.of("matrix_layout", "m", "n", "a", "lda", "tau")),
          Map.entry("orgqr", List.of("matrix_layout", "m", "n", "k", "a", "lda", "tau")),
          Map.entry("potrf", List.of("matrix_layout", "uplo", "n", "a", "lda")),
          Map.entry(
              "potrs", List.of("matrix_layout", "uplo", "n", "nrhs", "a", "lda", "b", "ldb")));

  private LapackStatus() {}

  /**
   * Returns if {@code info} is zero.
   *
   * @param routine the routine as called, such as {@code LAPACKE_dsyevd}
   * @param info what it returned
   * @param shapes the shapes of its operands, for the message, such as {@code a 512x512}
   * @throws NativeStatusException for any other {@code info}
   */
  public static void check(String routine, int info, String shapes) {
    if (info != 0) {
      throw NativeStatusException.ofInfo(routine, info, text(routine, info), shapes);
    }
  }

  /** What {@code info} means for this routine. */
  public static String text(String routine, int info) {
    if (info == 0) {
      return "success";
    }
    var name = baseName(routine);
    return switch (info) {
      case WORK_MEMORY_ERROR -> "no memory for the work array";
      case TRANSPOSE_MEMORY_ERROR -> "no memory to transpose a row-major matrix";
      default -> info < 0 ? badArgument(name, -info) : numericalFailure(name, info);
    };
  }

  private static String badArgument(String name, int position) {
    var names = ARGUMENTS.getOrDefault(name, List.of());
    var argument =
        position <= names.size()
            ? "argument %s (%s)".formatted(position, names.get(position - 1))
            : "argument " + position;
    return argument + " has an illegal value, or holds a NaN";
  }

  private static String numericalFailure(String name, int info) {
    return switch (name) {
      case "syevd" ->
          "the eigenvalue iteration did not converge (values only: %s off-diagonal elements of the"
                  .formatted(info)
              + " tridiagonal form did not reach zero; with vectors: the submatrix that info"
              + " encodes as rows info/(n+1) to info mod (n+1))";
      case "sterf" ->
          "%s off-diagonal elements did not reach zero within 30 n iterations".formatted(info);
      case "gesdd" -> "the divide-and-conquer iteration (bdsdc) did not converge";
      case "gesvd" -> "%s superdiagonals of the bidiagonal form did not reach zero".formatted(info);
      case "potrf" ->
          "the leading principal minor of order %s is not positive: the matrix is not positive"
                  .formatted(info)
              + " definite";
      default -> "the routine failed with a status that its documentation does not list";
    };
  }

  /** {@code LAPACKE_dsyevd} and {@code dsyevd} are both {@code syevd}. */
  private static String baseName(String routine) {
    var fortran = routine.startsWith("LAPACKE_") ? routine.substring(8) : routine;
    return fortran.isEmpty() ? fortran : fortran.substring(1);
  }
}
