package dev.gatun.measure;

import dev.gatun.backend.Backend;
import dev.gatun.tensor.Tensor;

/**
 * The mean cosine between the hidden states of different contexts, (‖Σĥ‖² − n)/(n² − n) with ĥ =
 * h/‖h‖ over n contexts: the mean over all n(n − 1) ordered pairs, without forming any of them. It
 * is 1 if all states point one way. Only Σĥ is kept, in f64, so that states may come by chunks.
 *
 * <p><b>Null.</b> Isotropic states have mean 0 and standard deviation {@link #isotropicDeviation},
 * because cosines of different pairs are uncorrelated and have variance 1/D.
 *
 * <p>A state of zeros has no direction; its cosines count as 0.
 */
public final class Anisotropy {
  /** Elements read to the host at once. */
  private static final long CHUNK = 1 << 20;

  private final double[] sum;
  private double ownCosines;
  private long contexts;

  /**
   * Of no state yet.
   *
   * @param width D
   */
  public Anisotropy(long width) {
    this.sum = new double[Math.toIntExact(width)];
  }

  /** Of all states at once [N, D]. */
  public static Anisotropy of(Backend backend, Tensor hidden) {
    var anisotropy = new Anisotropy(hidden.cols());
    anisotropy.add(backend, hidden);
    return anisotropy;
  }

  /**
   * Adds states.
   *
   * @param hidden [R, D]; not kept, not changed
   */
  public void add(Backend backend, Tensor hidden) {
    if (hidden.cols() != sum.length) {
      throw new IllegalArgumentException(
          "hidden states of width %s cannot be %s".formatted(sum.length, hidden));
    }
    long rows = Math.max(1, CHUNK / sum.length);
    for (long first = 0; first < hidden.rows(); first += rows) {
      add(backend.toDoubles(hidden.rows(first, Math.min(rows, hidden.rows() - first))));
    }
    contexts += hidden.rows();
  }

  private void add(double[] states) {
    for (int from = 0; from < states.length; from += sum.length) {
      double square = 0;
      for (int i = 0; i < sum.length; i++) {
        square += states[from + i] * states[from + i];
      }
      if (square != 0) {
        double norm = Math.sqrt(square);
        for (int i = 0; i < sum.length; i++) {
          sum[i] += states[from + i] / norm;
        }
        ownCosines++;
      }
    }
  }

  public long contexts() {
    return contexts;
  }

  /**
   * The mean cosine of different states, in [−1/(n − 1), 1].
   *
   * @throws IllegalStateException if there are fewer than two
   */
  public double meanCosine() {
    requirePairs();
    double square = 0;
    for (double component : sum) {
      square += component * component;
    }
    return (square - ownCosines) / contexts / (contexts - 1);
  }

  /** Standard deviation of the mean cosine of isotropic states, √(2/(n(n − 1)D)). */
  public double isotropicDeviation() {
    requirePairs();
    return Math.sqrt(2.0 / contexts / (contexts - 1) / sum.length);
  }

  private void requirePairs() {
    if (contexts < 2) {
      throw new IllegalStateException("a mean cosine needs two states, got " + contexts);
    }
  }
}
