package dev.gatun.backend.cpu;

import dev.gatun.backend.Transpose;
import dev.gatun.tensor.ElementType;

/**
 * How a matrix product C [m, n] = op(A)·op(B), summed over k, is cut into tiles, and a tile into
 * blocks: a function of the shape alone, so that results do not depend on the number of threads.
 *
 * <p>A tile is the work of one task; a block is one call. OpenBLAS copies ("packs") the operands of
 * each call, which favours few large calls. On processors with AVX-512 it has kernels for products
 * of at most a million multiplications that skip the copy. Calls just below that limit are as fast
 * as the machine for any shape, but for a transposed B, which is laid out as op(B) once per tile.
 * The constants were measured on a Zen 4.
 *
 * @param rows rows of a tile
 * @param cols columns of a tile, and of a block
 * @param depth length of the piece of the sum that one tile takes
 * @param blockRows rows of a block
 * @param blockDepth length of the piece of the sum that one block takes
 * @param laysOut whether a transposed B is laid out as op(B)
 */
record Tiling(
    int m,
    int n,
    int k,
    int rows,
    int cols,
    int depth,
    int blockRows,
    int blockDepth,
    boolean laysOut) {
  private static final long LEAST_PRODUCTS = 1L << 17;
  private static final long PRODUCTS_PER_TASK = 1L << 19;
  private static final long PRODUCTS_PER_LARGE_TILE = 384L << 20;
  private static final long MOST_PARTIAL_ELEMENTS = 4L << 20;
  private static final int TASKS = 32;

  /** OpenBLAS' limit for products that skip packing. */
  private static final long MOST_UNPACKED_PRODUCTS = 1_000_000;

  /** The kernels without packing work on four vectors of 64 bytes by six rows. */
  private static final int PANEL_BYTES = 256;

  private static final int KERNEL_ROWS = 6;
  private static final int MOST_BLOCK_ROWS = 120;
  private static final int MOST_TILE_ROWS = 512;

  /** For an OpenBLAS that packs the operands of every call. */
  static Tiling packed(int m, int n, int k) {
    return (long) m * n * k <= LEAST_PRODUCTS ? whole(m, n, k) : large(m, n, k);
  }

  /** For an OpenBLAS with kernels that skip packing. */
  static Tiling unpacked(ElementType type, Transpose ta, int m, int n, int k) {
    long products = (long) m * n * k;
    if (products <= LEAST_PRODUCTS) {
      return whole(m, n, k);
    }
    int cols = Math.min(n, (int) (PANEL_BYTES / type.byteSize()));
    int across = Math.ceilDiv(n, cols);
    int blocks = Math.ceilDiv(k, ta == Transpose.YES ? 512 : 1024);
    int blockDepth = Math.ceilDiv(k, blocks);
    long fitting = MOST_UNPACKED_PRODUCTS / ((long) cols * blockDepth);
    int blockRows = Math.clamp(fitting / KERNEL_ROWS * KERNEL_ROWS, KERNEL_ROWS, MOST_BLOCK_ROWS);

    long tasks = Math.clamp(products / PRODUCTS_PER_TASK, 1, TASKS);
    int down = Math.clamp(Math.ceilDiv(tasks, across), 1, Math.ceilDiv(m, blockRows));
    int rows = Math.min(roundUp(Math.ceilDiv(m, down), KERNEL_ROWS), MOST_TILE_ROWS);
    int pieces = Math.clamp(tasks / ((long) across * Math.ceilDiv(m, rows)), 1, blocks);
    if ((long) m * n * (pieces - 1) > MOST_PARTIAL_ELEMENTS) {
      pieces = 1;
    }
    int depth = Math.ceilDiv(blocks, pieces) * blockDepth;
    return new Tiling(m, n, k, rows, cols, depth, Math.min(rows, blockRows), blockDepth, true);
  }

  private static int roundUp(int extent, int multiple) {
    return Math.ceilDiv(extent, multiple) * multiple;
  }

  private static Tiling whole(int m, int n, int k) {
    int depth = Math.max(1, k);
    return new Tiling(m, n, k, m, n, depth, m, depth, false);
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
    int rows = even(m, inPlane / best);
    int cols = even(n, best);
    int depth = even(k, pieces);
    return new Tiling(m, n, k, rows, cols, depth, rows, depth, false);
  }

  /** The extent of parts of which about so many cover the whole, none of them a sliver. */
  private static int even(int extent, int parts) {
    return Math.max(1, Math.ceilDiv(Math.ceilDiv(extent, parts), 16) * 16);
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

  /** Elements of scratch memory in which a tile lays out a block of op(B). */
  long layoutElements() {
    return laysOut ? (long) blockDepth * cols : 0;
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
