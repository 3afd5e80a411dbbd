package dev.gatun.backend.cpu;

import dev.gatun.backend.Transpose;
import dev.gatun.tensor.ElementType;
import java.util.Set;

/**
 * How a matrix product C [m, n] = op(A)·op(B), summed over k, is cut into tiles, and a tile into
 * blocks. A tile is the work of one task; a block is one call of the library.
 *
 * <p>The library copies ("packs") the operands of each call, so a few large calls are the fastest.
 * The sum and the columns are cut by the shape alone. The rows are cut for the number of threads: a
 * cut at a multiple of {@link #ROW_STEP} rows leaves every element of C as it is, bit by bit, while
 * a cut of the columns does not. {@code MatrixProductsTest} holds the library to that; for a
 * library of which nobody knows it, the rows are cut for {@link #THREADS_OF_ANY_LIBRARY}.
 *
 * <p>With AVX-512 OpenBLAS has kernels that skip packing. On processors by AMD they are as fast as
 * the machine, on others they are faster for narrow products. What is cut for them is cut by the
 * shape alone.
 *
 * @param rows rows of a tile
 * @param cols columns of a tile, and of a block
 * @param depth length of the piece of the sum that one tile takes
 * @param blockRows rows of a block
 * @param blockDepth length of the piece of the sum that one block takes
 * @param laysOut whether blocks of op(B) are copied without gaps where that makes them faster to
 *     read
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
  /** Rows of C are cut at multiples of this: OpenBLAS' kernels take them by 4, 6, 12 or 24. */
  static final int ROW_STEP = 24;

  /** The number of threads that rows are cut for where it must not depend on the machine. */
  static final int THREADS_OF_ANY_LIBRARY = 16;

  private static final int COLUMN_STEP = 64;

  /** Products that one thread makes sooner than it could share them. */
  private static final long PRODUCTS_PER_SMALL_TILE = 1L << 19;

  /**
   * Products above which a product is large. OpenBLAS computes those of at most a million with
   * other kernels, which round differently: a tile of a large product stays above.
   */
  private static final long LEAST_LARGE_PRODUCTS = 1L << 22;

  private static final long LEAST_PRODUCTS_OF_A_LARGE_TILE = 1_100_000;

  private static final int FEW_ROWS = 192;

  /**
   * Columns of a tile: enough to be worth packing A again, which takes longer the more rows it has.
   */
  private static final int COLUMNS = 4096;

  private static final int COLUMNS_OF_FEW_ROWS = 2048;
  private static final int COLUMNS_OF_FEWEST_ROWS = 512;
  private static final long MOST_PARTIAL_ELEMENTS = 4L << 20;
  private static final int MOST_PIECES = 12;

  // What follows is for `unpacked`; measured on a Zen 4.

  /** OpenBLAS' names of the processors that it has kernels without packing for. */
  private static final Set<String> UNPACKED_KERNELS =
      Set.of("SkylakeX", "Cooperlake", "SapphireRapids");

  private static final long LEAST_UNPACKED_PRODUCTS = 1L << 17;
  private static final int TASKS = 32;

  /** The longest sum of a narrow product, whatever its other extents. */
  private static final int SHORT_SUM = 128;

  private static final int FEW_COLUMNS = 64;
  private static final int FEW_ELEMENTS = 128 * 128;

  /** OpenBLAS' limit for products that skip packing. */
  private static final long MOST_UNPACKED_PRODUCTS = 1_000_000;

  /** The kernels without packing work on four vectors of 64 bytes by six rows. */
  private static final int PANEL_BYTES = 256;

  private static final int KERNEL_ROWS = 6;
  private static final int MOST_BLOCK_ROWS = 120;
  private static final int MOST_TILE_ROWS = 512;

  /** The products that are cut for kernels that skip packing. */
  enum Unpacked {
    NONE,
    /** Those that do so little with each element of an operand that packing it takes long. */
    NARROW,
    ALL;

    /**
     * What is fastest on this processor.
     *
     * @param coreType OpenBLAS' name of it
     */
    static Unpacked fastest(String coreType) {
      if (!UNPACKED_KERNELS.contains(coreType)) {
        return NONE;
      }
      return Processor.isAmd() ? ALL : NARROW;
    }
  }

  /**
   * For op(A) [m, k] and op(B) [k, n].
   *
   * @param unpacked which products are cut for kernels that skip packing
   * @param threads number of threads that the rows of other products are cut for
   */
  static Tiling of(
      ElementType type,
      Transpose ta,
      Transpose tb,
      int m,
      int n,
      int k,
      Unpacked unpacked,
      int threads) {
    boolean skipsPacking =
        switch (unpacked) {
          case NONE -> false;
          case NARROW -> isNarrow(ta, tb, m, n, k);
          case ALL -> true;
        };
    return skipsPacking ? unpacked(type, ta, m, n, k) : packed(m, n, k, threads);
  }

  /** Most of these products are faster without packing, up to twice as fast on an Intel Xeon. */
  private static boolean isNarrow(Transpose ta, Transpose tb, int m, int n, int k) {
    boolean liesAsRead = ta == Transpose.NO && tb == Transpose.NO;
    return k <= SHORT_SUM || (long) m * n <= FEW_ELEMENTS || (n <= FEW_COLUMNS && liesAsRead);
  }

  /**
   * For a library that packs the operands of every call.
   *
   * @param threads number of threads that the rows are cut for
   */
  static Tiling packed(int m, int n, int k, int threads) {
    long products = (long) m * n * k;
    if (products < 2 * PRODUCTS_PER_SMALL_TILE) {
      return whole(m, n, k);
    }
    return products < LEAST_LARGE_PRODUCTS ? small(m, n, k) : large(m, n, k, threads);
  }

  private static Tiling whole(int m, int n, int k) {
    return of(m, n, k, m, n, Math.max(1, k));
  }

  private static Tiling of(int m, int n, int k, int rows, int cols, int depth) {
    return new Tiling(m, n, k, rows, cols, depth, rows, depth, false);
  }

  /** A few tiles along the longest extent, by the shape alone. */
  private static Tiling small(int m, int n, int k) {
    int tiles = (int) ((long) m * n * k / PRODUCTS_PER_SMALL_TILE);
    if (k > 8L * m && k > 8L * n) {
      return of(m, n, k, m, n, part(k, tiles, COLUMN_STEP));
    }
    return m > n
        ? of(m, n, k, part(m, tiles, ROW_STEP), n, k)
        : of(m, n, k, m, part(n, tiles, COLUMN_STEP), k);
  }

  private static Tiling large(int m, int n, int k, int threads) {
    // Where C is wide, packing A twice for two threads is cheaper than packing B twice.
    int across = Math.max(n >= 2L * m ? 2 : 1, columnTiles(m, n, k));
    int pieces = Math.clamp(k / (m < FEW_ROWS ? 2048 : 4096), 1, MOST_PIECES);
    if ((long) m * n * (pieces - 1) > 2 * MOST_PARTIAL_ELEMENTS) {
      pieces = 1;
    }
    int cols = part(n, across, COLUMN_STEP);
    int depth = part(k, pieces, COLUMN_STEP);
    Tiling tiling = of(m, n, k, m, cols, depth);
    long most = Math.min(m / ROW_STEP, 4L * threads);
    for (int down = 2; down <= most && !tiling.occupies(threads); down++) {
      Tiling finer = of(m, n, k, part(m, down, ROW_STEP), cols, depth);
      if (finer.hasLargeTilesOnly() && finer.longest(threads) < tiling.longest(threads)) {
        tiling = finer;
      }
    }
    return tiling;
  }

  private static int columnTiles(int m, int n, int k) {
    if (m < 2 * ROW_STEP) {
      return (int) Math.min(n / COLUMNS_OF_FEWEST_ROWS, (long) m * n * k / LEAST_LARGE_PRODUCTS);
    }
    return n / (m < FEW_ROWS ? COLUMNS_OF_FEW_ROWS : COLUMNS);
  }

  /** Whether the tiles come out even, or are many. */
  private boolean occupies(int threads) {
    return tiles() % threads == 0 || tiles() >= 4 * threads;
  }

  /** Rows that the thread with the most tiles computes. */
  private long longest(int threads) {
    return (long) Math.ceilDiv(tiles(), threads) * rows;
  }

  /** Whether the last tile, which is the smallest, is computed by the kernels of large products. */
  private boolean hasLargeTilesOnly() {
    int lastRows = m - row(tiles() - 1);
    long lastCols = n - col(tiles() - 1);
    long lastDepth = k - (long) (pieces() - 1) * depth;
    return lastRows >= ROW_STEP
        && lastRows * lastCols * lastDepth >= LEAST_PRODUCTS_OF_A_LARGE_TILE;
  }

  /** The extent of equal parts, in steps. */
  private static int part(int extent, int parts, int step) {
    return parts == 1 ? extent : Math.ceilDiv(Math.ceilDiv(extent, parts), step) * step;
  }

  /** By the shape alone, for OpenBLAS' kernels that skip packing. */
  static Tiling unpacked(ElementType type, Transpose ta, int m, int n, int k) {
    long products = (long) m * n * k;
    if (products <= LEAST_UNPACKED_PRODUCTS) {
      return whole(m, n, k);
    }
    int cols = Math.min(n, (int) (PANEL_BYTES / type.byteSize()));
    int across = Math.ceilDiv(n, cols);
    int blocks = Math.ceilDiv(k, ta == Transpose.YES ? 512 : 1024);
    int blockDepth = Math.ceilDiv(k, blocks);
    long fitting = MOST_UNPACKED_PRODUCTS / ((long) cols * blockDepth);
    int blockRows = Math.clamp(fitting / KERNEL_ROWS * KERNEL_ROWS, KERNEL_ROWS, MOST_BLOCK_ROWS);

    long tasks = Math.clamp(products / PRODUCTS_PER_SMALL_TILE, 1, TASKS);
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
