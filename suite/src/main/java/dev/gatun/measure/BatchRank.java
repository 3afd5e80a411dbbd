package dev.gatun.measure;

import dev.gatun.results.CurveName;
import dev.gatun.results.RunRecorder;
import dev.gatun.spectrum.Spectrum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How many components a matrix of logit gradients has.
 *
 * @param rank singular values that are told from zero
 * @param most the fewest leading components with 70 % of the Frobenius norm (unsquared: 49 % of the
 *     energy)
 * @param nearlyAll those with 99.9 % of it (99.8 % of the energy)
 */
public record BatchRank(long rank, long most, long nearlyAll) {
  private static final long SMALLEST = 128;
  private static final double MOST = 0.7;
  private static final double NEARLY_ALL = 0.999;

  /**
   * Share of its norm to which a gradient is known whose logits are in F32: those of up to 32 are
   * rounded by 2⁻²⁰ at most, and so are probabilities, relative to themselves.
   */
  static final double KNOWN_IN_F32 = 0x1p-20;

  /** Of exact entries: what lies above the error bound of the singular values counts. */
  public static BatchRank of(Spectrum spectrum) {
    return of(spectrum, 0);
  }

  /**
   * Of rounded entries.
   *
   * @param known ‖δA‖/‖A‖ to which the matrix is known: only what lies above that counts, too
   */
  static BatchRank of(Spectrum spectrum, double known) {
    return new BatchRank(
        spectrum.rank(Math.max(spectrum.errorBound(), known * spectrum.norm())),
        spectrum.componentsForNorm(MOST),
        spectrum.componentsForNorm(NEARLY_ALL));
  }

  /** Of −Y for the first contexts: orthogonal columns whose norms are the roots of the counts. */
  static BatchRank ofTargets(int[] targets, int contexts) {
    int[] counts = new int[Arrays.stream(targets).max().orElse(0) + 1];
    for (int i = 0; i < contexts; i++) {
      counts[targets[i]]++;
    }
    double[] singularValues =
        IntStream.of(counts)
            .filter(count -> count > 0)
            .mapToDouble(Math::sqrt)
            .map(value -> -value)
            .sorted()
            .map(value -> -value)
            .toArray();
    int rank = singularValues.length;
    return of(new Spectrum(singularValues, 0, contexts, rank, Spectrum.Method.DIRECT));
  }

  /** Batch sizes: doubling from 128, or from an eighth of fewer than 1,024, up to all contexts. */
  public static long[] sizes(long contexts) {
    int doublings = 0;
    while (contexts >> (doublings + 1) >= Math.min(SMALLEST, Math.max(1, contexts / 8))) {
      doublings++;
    }
    int all = doublings;
    return IntStream.rangeClosed(0, all).mapToLong(i -> contexts >> (all - i)).toArray();
  }

  /** A sixty-fourth, a sixteenth and a quarter of the contexts, and all of them. */
  public static long[] quarters(long contexts) {
    return new long[] {contexts >> 6, contexts >> 4, contexts >> 2, contexts};
  }

  /** What the batches of one kind show, from the smallest to the largest. */
  public static final class Curve {
    private final String of;
    private final long vocabulary;
    private final List<BatchRank> batches = new ArrayList<>();

    /**
     * Of nothing yet.
     *
     * @param of whose rank it is: the beginning of the metrics' names
     */
    public Curve(String of, long vocabulary) {
      this.of = of;
      this.vocabulary = vocabulary;
    }

    /** Records the points of the next larger batch. */
    public void record(BatchRank batch, long contexts, long step, RunRecorder run) {
      run.metric(CurveName.name(of + "_rank_of", contexts), step, batch.rank, "1");
      run.metric(CurveName.name(of + "_components_70_of", contexts), step, batch.most, "1");
      run.metric(CurveName.name(of + "_components_999_of", contexts), step, batch.nearlyAll, "1");
      batches.add(batch);
    }

    /** Records what the curve comes to: how often the rank grew, and what is at its end. */
    public void finish(long step, RunRecorder run) {
      BatchRank last = batches.getLast();
      run.metric(of + "_rank_growth", step, (double) last.rank / batches.getFirst().rank, "1");
      // The rows of G sum to zero, so that its rank is V − 1 at most.
      run.metric(of + "_rank_share", step, (double) last.rank / (vocabulary - 1), "1");
      run.metric(of + "_components_70", step, last.most, "1");
      run.metric(of + "_components_999", step, last.nearlyAll, "1");
      run.metric(of + "_components_70_share", step, (double) last.most / vocabulary, "1");
      run.metric(of + "_components_999_share", step, (double) last.nearlyAll / vocabulary, "1");
    }
  }
}
