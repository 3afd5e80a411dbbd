package dev.gatun.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;

/**
 * Reduces a symmetric band matrix to a tridiagonal one with the same eigenvalues, by Householder
 * reflections: the second of two stages (Lang, "A parallel algorithm for reducing symmetric banded
 * matrices to tridiagonal form", SIAM J. Sci. Comput. 14, 1993; LAPACK's dsytrd_sb2st).
 *
 * <p>A sweep clears one column below its off-diagonal element. The reflection that does so fills a
 * block below the band. The next one clears the first column of that block, and fills the block
 * below it, and so on to the end of the matrix: a bulge is chased along the band. Later sweeps
 * clear what is left of the blocks.
 *
 * <p>A sweep passes over the whole band, which is larger than a cache. Several sweeps are therefore
 * under way at once, each two blocks behind the one before it, so that they find the band in the
 * cache. The order of all operations on one element stays what it was, and so does every bit.
 *
 * <p>The band has room for the blocks, and for a block of zeros behind its end, so that every block
 * is whole.
 */
final class BulgeChase {
  /** How many sweeps are under way at once. */
  static final int SWEEPS = 8;

  private final int n;
  private final int width;
  private final int sweeps;
  private final long band;

  /** Bytes from an element to its right neighbour in the matrix. */
  private final long right;

  /** For each sweep the v of the reflection I − tau·v·vᵀ that it applies next, [sweeps, width]. */
  private final long v;

  private final double[] tau;

  /** The v that a step finds, [width]. */
  private final long next;

  /** [width], as are the dots. */
  private final long product;

  private final long dots;

  private BulgeChase(int n, int width, int sweeps, long band, long scratch) {
    this.n = n;
    this.width = width;
    this.sweeps = sweeps;
    this.band = band;
    this.right = 8L * (rows(width) - 1);
    this.v = scratch;
    this.tau = new double[sweeps];
    this.next = scratch + 8L * width * sweeps;
    this.product = next + 8L * width;
    this.dots = product + 8L * width;
  }

  /** How many rows each column of the band has room for, from the diagonal down. */
  static int rows(int width) {
    return 2 * width;
  }

  /** How many columns the band has room for. */
  static long columns(int n, int width) {
    return (long) n + width;
  }

  /**
   * Reduces a band, which is destroyed.
   *
   * @param width of the band below the diagonal, a multiple of the lanes of a vector
   * @param sweeps how many are under way at once
   * @param band [{@link #columns}, {@link #rows}]: row j holds column j of the matrix from the
   *     diagonal down; zeros below the band and behind column n
   * @param diagonal [n], overwritten
   * @param offDiagonal [n], the first n − 1 of which are overwritten
   */
  static void run(
      HostMemory memory,
      int n,
      int width,
      int sweeps,
      MemorySegment band,
      MemorySegment diagonal,
      MemorySegment offDiagonal) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment scratch = memory.allocateScratch(arena, 8L * width * (sweeps + 3));
      new BulgeChase(n, width, sweeps, band.address(), scratch.address()).run();
    }
    for (int i = 0; i < n; i++) {
      long at = (long) i * rows(width);
      diagonal.setAtIndex(JAVA_DOUBLE, i, band.getAtIndex(JAVA_DOUBLE, at));
      if (i < n - 1) {
        offDiagonal.setAtIndex(JAVA_DOUBLE, i, band.getAtIndex(JAVA_DOUBLE, at + 1));
      }
    }
  }

  private void run() {
    for (int first = 0; first < n - 2; first += sweeps) {
      int together = Math.min(sweeps, n - 2 - first);
      int blocks = Math.ceilDiv(n - 1 - first, width);
      for (int time = 0; time <= blocks + 2 * (together - 1); time++) {
        for (int sweep = 0; sweep < together && 2 * sweep <= time; sweep++) {
          step(sweep, first + sweep, time - 2 * sweep);
        }
      }
    }
  }

  /** The step that begins a sweep, 0, or chases its bulge past one block. */
  private void step(int sweep, int column, int step) {
    long reflection = v + 8L * width * sweep;
    if (step == 0) {
      tau[sweep] = reflect(diagonal(column) + 8, reflection);
      return;
    }
    long row = column + 1L + (long) (step - 1) * width;
    if (row < n) {
      reflectDiagonalBlock(diagonal(row), reflection, tau[sweep]);
      tau[sweep] = reflectBlockBelow(diagonal(row) + 8L * width, reflection, tau[sweep]);
      MemorySegment.copy(Lanes.MEMORY, next, Lanes.MEMORY, reflection, 8L * width);
    }
  }

  private long diagonal(long row) {
    return band + 8L * row * rows(width);
  }

  /**
   * Reflects a column onto its first element; v becomes the vector of the reflection, whose first
   * element is 1. Returns its tau (LAPACK's dlarfg).
   */
  private double reflect(long column, long v) {
    double alpha = Lanes.MEMORY.get(JAVA_DOUBLE, column);
    double below = Vectors.dotLoop(column + 8, column + 8, width - 1);
    double beta = alpha;
    MemorySegment.copy(Lanes.MEMORY, column, Lanes.MEMORY, v, 8L * width);
    if (below > 0) {
      beta = -Math.copySign(Math.sqrt(alpha * alpha + below), alpha);
      Vectors.scaleLoop(1 / (alpha - beta), v, width);
    }
    Lanes.MEMORY.set(JAVA_DOUBLE, v, 1);
    Lanes.MEMORY.asSlice(column, 8L * width).fill((byte) 0);
    Lanes.MEMORY.set(JAVA_DOUBLE, column, beta);
    return beta == alpha ? 0 : (beta - alpha) / beta;
  }

  /** D ← H·D·H = D − v·wᵀ − w·vᵀ with w = tau·D·v − ½·tau²·(vᵀ·D·v)·v, the lower triangle. */
  private void reflectDiagonalBlock(long d, long v, double tau) {
    multiplySymmetricLoop(d, right, width, v, product, dots);
    Vectors.axpyLoop(1, dots, product, width);
    Vectors.scaleLoop(tau, product, width);
    Vectors.axpyLoop(-0.5 * tau * Vectors.dotLoop(product, v, width), v, product, width);
    subtractSymmetricLoop(d, right, width, v, product);
  }

  /** B ← G·B·H, where G reflects the first column of B·H. Returns G's tau; its v is next. */
  private double reflectBlockBelow(long b, long v, double tau) {
    multiplyLoop(b, right, width, v, tau, product);
    Vectors.axpyLoop(-1, product, b, width);
    double scale = reflect(b, next);
    reflectBothSidesLoop(b, right, width, v, product, next, scale);
    return scale;
  }

  /** product + dots ← D·v: the columns below the diagonal and the rows up to it. */
  private static void multiplySymmetricLoop(
      long d, long right, int width, long v, long product, long dots) {
    for (int i = 0; i < width; i += DoubleLanes.WIDTH) {
      DoubleLanes.store(DoubleLanes.zero(), product + 8L * i);
    }
    for (int col = 0; col < width; col++) {
      long column = d + right * col;
      int first = DoubleLanes.whole(col);
      DoubleVector factor = DoubleLanes.broadcast(Lanes.MEMORY.get(JAVA_DOUBLE, v + 8L * col));
      DoubleVector x = DoubleLanes.load(column + 8L * first);
      DoubleVector below = x.blend(DoubleLanes.ZERO, DoubleLanes.before(col - first + 1));
      DoubleVector y = x.blend(DoubleLanes.ZERO, DoubleLanes.before(col - first));
      DoubleVector sum = y.mul(DoubleLanes.load(v + 8L * first));
      long to = product + 8L * first;
      DoubleLanes.store(below.fma(factor, DoubleLanes.load(to)), to);
      for (int i = first + DoubleLanes.WIDTH; i < width; i += DoubleLanes.WIDTH) {
        x = DoubleLanes.load(column + 8L * i);
        sum = x.fma(DoubleLanes.load(v + 8L * i), sum);
        to = product + 8L * i;
        DoubleLanes.store(x.fma(factor, DoubleLanes.load(to)), to);
      }
      Lanes.MEMORY.set(JAVA_DOUBLE, dots + 8L * col, DoubleLanes.sum(sum));
    }
  }

  /** D ← D − v·wᵀ − w·vᵀ. */
  private static void subtractSymmetricLoop(long d, long right, int width, long v, long w) {
    for (int col = 0; col < width; col++) {
      long column = d + right * col;
      int first = DoubleLanes.whole(col);
      DoubleVector ofV = DoubleLanes.broadcast(-Lanes.MEMORY.get(JAVA_DOUBLE, v + 8L * col));
      DoubleVector ofW = DoubleLanes.broadcast(-Lanes.MEMORY.get(JAVA_DOUBLE, w + 8L * col));
      VectorMask<Double> above = DoubleLanes.before(col - first);
      for (int i = first; i < width; i += DoubleLanes.WIDTH) {
        DoubleVector x = DoubleLanes.load(column + 8L * i);
        DoubleVector y =
            DoubleLanes.load(v + 8L * i).fma(ofW, DoubleLanes.load(w + 8L * i).fma(ofV, x));
        DoubleLanes.store(i == first ? y.blend(x, above) : y, column + 8L * i);
      }
    }
  }

  /** product ← tau·B·v. */
  private static void multiplyLoop(
      long b, long right, int width, long v, double tau, long product) {
    for (int i = 0; i < width; i += DoubleLanes.WIDTH) {
      DoubleVector sum = DoubleLanes.zero();
      for (int col = 0; col < width; col++) {
        DoubleVector factor = DoubleLanes.broadcast(Lanes.MEMORY.get(JAVA_DOUBLE, v + 8L * col));
        sum = DoubleLanes.load(b + right * col + 8L * i).fma(factor, sum);
      }
      DoubleLanes.store(sum.mul(tau), product + 8L * i);
    }
  }

  /** The columns of B but the first: b ← (I − tau·u·uᵀ)·(b − v_col·product). */
  private static void reflectBothSidesLoop(
      long b, long right, int width, long v, long product, long u, double tau) {
    for (int col = 1; col < width; col++) {
      long column = b + right * col;
      DoubleVector ofV = DoubleLanes.broadcast(-Lanes.MEMORY.get(JAVA_DOUBLE, v + 8L * col));
      DoubleVector sum = DoubleLanes.zero();
      for (int i = 0; i < width; i += DoubleLanes.WIDTH) {
        DoubleVector x =
            DoubleLanes.load(product + 8L * i).fma(ofV, DoubleLanes.load(column + 8L * i));
        sum = x.fma(DoubleLanes.load(u + 8L * i), sum);
        DoubleLanes.store(x, column + 8L * i);
      }
      DoubleVector ofU = DoubleLanes.broadcast(-tau * DoubleLanes.sum(sum));
      for (int i = 0; i < width; i += DoubleLanes.WIDTH) {
        DoubleVector x = DoubleLanes.load(column + 8L * i);
        DoubleLanes.store(DoubleLanes.load(u + 8L * i).fma(ofU, x), column + 8L * i);
      }
    }
  }
}
