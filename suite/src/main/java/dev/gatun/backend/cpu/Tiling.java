package dev.gatun.backend.cpu;

import dev.gatun.backend.Transpose;

/**
 * How a matrix product C [m, n] = op(A)·op(B), summed over k, is cut into tiles: a function of the
 * shape alone, so that results do not depend on the number of threads.
 *
 * <p>OpenBLAS copies ("packs") the operands of each call, which favours few large tiles; products
 * of at most a million multiplications skip that copy, which favours tiles just below. Long sums
 * with a narrow result, and short sums, are faster in such small tiles; all else in large ones. The
 * constants were measured on a Zen 4 with AVX-512.
 *
 * @param rows rows of a tile
 * @param cols columns of a tile
 * @param depth length of the piece of the sum that one tile takes
 */
record Tiling(int m, int n, int k, int rows, int cols, int depth) {
  private static final int NARROW = 128;
  private static final int SHORT_SUM = 128;
  private static final int LONG_SUM = 256;
  private static final long PRODUCTS_PER_LARGE_TILE = 384L << 20;
  private static final long LEAST_PRODUCTS = 1L << 17;
  private static final long MOST_PARTIAL_ELEMENTS = 4L << 20;

  static Tiling of(Transpose ta, Transpose tb, int m, int n, int k) {
    if ((long) m * n * k <= LEAST_PRODUCTS) {
      return balanced(m, n, k, m, n, k);
    }
    if (Math.min(m, n) <= NARROW && k >= LONG_SUM) {
      return narrow(m, n, k);
    }
    if (k <= SHORT_SUM) {
      return shortSum(tb, m, n, k);
    }
    return large(m, n, k);
  }

  private static Tiling narrow(int m, int n, int k) {
    int rows = 16;
    int cols = n <= 32 ? 32 : 64;
    int depth = 32768 / cols;
    if ((long) m * n * (Math.ceilDiv(k, depth) - 1) > MOST_PARTIAL_ELEMENTS) {
      return balanced(m, n, k, 8 * rows, 2 * cols, k);
    }
    return balanced(m, n, k, rows, cols, depth);
  }

  private static Tiling shortSum(Transpose tb, int m, int n, int k) {
    int rows = tb == Transpose.YES ? 256 : 64;
    int cols = tb == Transpose.YES ? 1024 : 64;
    // A narrow result gets taller tiles, a tiny one smaller ones.
    rows *= Math.clamp(cols / (2 * n), 1, 2);
    long products = (long) m * n * k;
    while ((long) rows * Math.min(cols, n) * k > Math.max(products / 8, LEAST_PRODUCTS)
        && rows > 16) {
      rows /= 2;
    }
    return balanced(m, n, k, rows, cols, k);
  }

  private static Tiling large(int m, int n, int k) {
    long products = (long) m * n * k;
    int tiles = Math.clamp(products / PRODUCTS_PER_LARGE_TILE, 8, 32);
    int pieces = Math.clamp(k / 4096, 1, 12);
    long area = (long) m * n;
    if (area > 1 << 20 || area * (pieces - 1) > 2 * MOST_PARTIAL_ELEMENTS) {
      pieces = 1;
    }
    int inPlane = Math.ceilDiv(Math.ceilDiv(tiles, pieces), 4) * 4;
    if (pieces >= 4) {
      inPlane = Math.ceilDiv(tiles, pieces);
    }
    // Of all grids with so many tiles, the one that packs least.
    int best = 1;
    long leastPacked = Long.MAX_VALUE;
    for (int across = 1; across <= inPlane; across++) {
      int down = inPlane / across;
      long packed = (long) across * m + (long) down * n;
      if (down * across == inPlane && packed < leastPacked) {
        leastPacked = packed;
        best = across;
      }
    }
    int down = inPlane / best;
    return balanced(m, n, k, Math.ceilDiv(m, down), Math.ceilDiv(n, best), Math.ceilDiv(k, pieces));
  }

  /** Tiles of about the given extents, evened out so that none is a sliver. */
  private static Tiling balanced(int m, int n, int k, int rows, int cols, int depth) {
    return new Tiling(m, n, k, even(m, rows), even(n, cols), even(k, depth));
  }

  private static int even(int extent, int wanted) {
    int count = Math.max(1, (int) Math.round((double) extent / wanted));
    return Math.max(1, Math.ceilDiv(Math.ceilDiv(extent, count), 16) * 16);
  }

  int down() {
    return Math.ceilDiv(m, rows);
  }

  int across() {
    return Math.ceilDiv(n, cols);
  }

  int pieces() {
    return Math.max(1, Math.ceilDiv(k, depth));
  }

  int tiles() {
    return down() * across() * pieces();
  }

  /** First row of a tile's part of C. */
  int row(int tile) {
    return tile / across() % down() * rows;
  }

  /** First column of a tile's part of C. */
  int col(int tile) {
    return tile % across() * cols;
  }

  /** Number of a tile's piece of the sum. */
  int piece(int tile) {
    return tile / (down() * across());
  }
}
