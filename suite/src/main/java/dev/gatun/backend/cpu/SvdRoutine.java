package dev.gatun.backend.cpu;

import dev.gatun.bindings.openblas.OpenBlas;
import dev.gatun.tensor.ElementType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A LAPACK routine for the thin SVD of a column-major matrix with at least as many rows. */
interface SvdRoutine {
  /** Divide and conquer: the fast one, which fails now and then. */
  SvdRoutine GESDD = new Gesdd();

  /** The classical iteration, many times slower. */
  SvdRoutine GESVD = new Gesvd();

  /** The name without the letter for the type, such as {@code gesdd}. */
  String name();

  /**
   * Decomposes a [m, n], m ≥ n, which is destroyed; returns LAPACK's info.
   *
   * @param u [m, n] and vt [n, n], not touched if {@code values} alone are wanted
   */
  int decompose(
      ElementType type,
      boolean values,
      int m,
      int n,
      MemorySegment a,
      MemorySegment sigma,
      MemorySegment u,
      MemorySegment vt);

  /** Divide and conquer. */
  record Gesdd() implements SvdRoutine {
    @Override
    public String name() {
      return "gesdd";
    }

    @Override
    public int decompose(
        ElementType type,
        boolean values,
        int m,
        int n,
        MemorySegment a,
        MemorySegment sigma,
        MemorySegment u,
        MemorySegment vt) {
      byte job = (byte) (values ? 'N' : 'S');
      int layout = OpenBlas.LAPACK_COL_MAJOR();
      return type == ElementType.F32
          ? OpenBlas.LAPACKE_sgesdd(layout, job, m, n, a, m, sigma, u, m, vt, n)
          : OpenBlas.LAPACKE_dgesdd(layout, job, m, n, a, m, sigma, u, m, vt, n);
    }
  }

  /** QR iteration. */
  record Gesvd() implements SvdRoutine {
    @Override
    public String name() {
      return "gesvd";
    }

    @Override
    public int decompose(
        ElementType type,
        boolean values,
        int m,
        int n,
        MemorySegment a,
        MemorySegment sigma,
        MemorySegment u,
        MemorySegment vt) {
      byte job = (byte) (values ? 'N' : 'S');
      int layout = OpenBlas.LAPACK_COL_MAJOR();
      try (var arena = Arena.ofConfined()) {
        MemorySegment superdiagonal = arena.allocate(type.layout(), n);
        return type == ElementType.F32
            ? OpenBlas.LAPACKE_sgesvd(
                layout, job, job, m, n, a, m, sigma, u, m, vt, n, superdiagonal)
            : OpenBlas.LAPACKE_dgesvd(
                layout, job, job, m, n, a, m, sigma, u, m, vt, n, superdiagonal);
      }
    }
  }
}
