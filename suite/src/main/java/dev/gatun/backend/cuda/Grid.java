package dev.gatun.backend.cuda;

/**
 * How a kernel is launched.
 *
 * @param x blocks in x
 * @param y blocks in y
 * @param threads threads of a block
 * @param sharedBytes dynamic shared memory of a block
 */
record Grid(int x, int y, int threads, int sharedBytes) {
  /** What every device takes in y. */
  private static final int MOST_IN_Y = 65_535;

  private static final int MOST_THREADS = 1024;

  Grid {
    if (x < 0 || y < 0 || y > MOST_IN_Y || threads < 1 || threads > MOST_THREADS) {
      throw new IllegalArgumentException(
          "no device takes a grid of %s x %s blocks of %s threads".formatted(x, y, threads));
    }
  }

  /**
   * Blocks in x alone. None is allowed: nothing is launched then.
   *
   * @throws IllegalArgumentException if there are more than a device takes
   */
  static Grid of(long blocks, int threads) {
    if (blocks > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("no device takes a grid of " + blocks + " blocks");
    }
    return new Grid((int) blocks, 1, threads, 0);
  }

  /** The same grid with dynamic shared memory. */
  Grid withShared(int bytes) {
    return new Grid(x, y, threads, bytes);
  }

  /** Whether there is nothing to launch. */
  boolean isEmpty() {
    return x == 0 || y == 0;
  }
}
