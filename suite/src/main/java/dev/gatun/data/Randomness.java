package dev.gatun.data;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * The one source of randomness: a seed from which named and numbered streams are derived by
 * hashing. It has no state, so a run that resumes at step n asks for {@code stream(n)} again and
 * needs no generator saved. Numbers are the same on every platform and for any number of threads.
 */
public final class Randomness {
  /** 2⁶⁴/φ, odd: the increment of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). */
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private static final long NAMES = 0xD6E8FEB86659FD93L;
  private static final long INDICES = 0xA0761D6478BD642FL;

  /** Gaussians are drawn in pieces of this size, each from a stream of its own. */
  private static final int PIECE = 4096;

  private final long seed;

  private Randomness(long seed) {
    this.seed = seed;
  }

  /** The root of all streams of a run. */
  public static Randomness of(long seed) {
    return new Randomness(mix(seed + GOLDEN));
  }

  /** The stream of a purpose, as {@code stream("weights")}. */
  public Randomness stream(String name) {
    long hash = 0xCBF29CE484222325L; // FNV-1a, 64 bits
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xFF)) * 0x100000001B3L;
    }
    return derive(hash, NAMES);
  }

  /** The stream of a step, a sequence, a layer. */
  public Randomness stream(long index) {
    return derive(index, INDICES);
  }

  /** A new generator at the start of this stream; each call starts the same sequence again. */
  public RandomGenerator generator() {
    return new SplittableRandom(seed);
  }

  /** Fills with draws from N(0, standardDeviation²), each rounded to nearest. */
  public void gaussian(float[] out, double standardDeviation) {
    inPieces(
        out.length,
        (from, to, normal) -> {
          for (int i = from; i < to; i++) {
            out[i] = (float) (normal.next() * standardDeviation);
          }
        });
  }

  /** Fills with draws from N(0, standardDeviation²): before rounding, those of the float method. */
  public void gaussian(double[] out, double standardDeviation) {
    inPieces(
        out.length,
        (from, to, normal) -> {
          for (int i = from; i < to; i++) {
            out[i] = normal.next() * standardDeviation;
          }
        });
  }

  private void inPieces(int length, PieceFiller filler) {
    Randomness pieces = stream("gaussian");
    IntStream.range(0, Math.ceilDiv(length, PIECE))
        .parallel()
        .forEach(p -> {
          int from = p * PIECE;
          int to = Math.min(length, from + PIECE);
          filler.fill(from, to, new PolarNormal(pieces.stream(p).generator()));
        });
  }

  private Randomness derive(long key, long domain) {
    return new Randomness(mix(mix(seed ^ domain) + GOLDEN * mix(key + domain)));
  }

  /** Stafford's variant 13 of MurmurHash3's finaliser, a bijection. */
  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  private interface PieceFiller {
    void fill(int from, int to, PolarNormal normal);
  }

  /**
   * Marsaglia's polar method with StrictMath, since {@code nextGaussian} may use intrinsics that
   * differ between processors.
   */
  private static final class PolarNormal {
    private final RandomGenerator uniform;
    private double spare = Double.NaN;

    PolarNormal(RandomGenerator uniform) {
      this.uniform = uniform;
    }

    double next() {
      if (!Double.isNaN(spare)) {
        double value = spare;
        spare = Double.NaN;
        return value;
      }
      double x;
      double y;
      double square;
      do {
        x = 2 * uniform.nextDouble() - 1;
        y = 2 * uniform.nextDouble() - 1;
        square = x * x + y * y;
      } while (square >= 1 || square == 0);
      double factor = StrictMath.sqrt(-2 * StrictMath.log(square) / square);
      spare = y * factor;
      return x * factor;
    }
  }
}
