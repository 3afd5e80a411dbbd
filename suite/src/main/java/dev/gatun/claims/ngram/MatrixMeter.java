package dev.gatun.claims.ngram;

import dev.gatun.results.CurveName;
import dev.gatun.results.RunRecorder;
import dev.gatun.spectrum.SparseGramSpectrum;
import dev.gatun.spectrum.Spectrum;
import java.util.SortedSet;
import java.util.TreeSet;

/** Records what there is to know of a next-token matrix. */
final class MatrixMeter {
  /** W-error at which the paper calls the matrix approximated to one half. */
  private static final double HALF = 0.5;

  /** What "negligible" is taken to be: the paper's curves are below it from 8,000 to 14,000 on. */
  private static final double NEGLIGIBLE = 0.05;

  /** Where the paper's figure was read. */
  private static final int[] FIGURE = {
    250, 500, 1000, 2000, 4000, 6000, 8000, 10_000, 12_000, 15_000, 20_000
  };

  /** Steps of the curve, in parts of V. */
  private static final int STEPS = 32;

  private MatrixMeter() {}

  /** Records a matrix of so many tokens of text and its spectrum. */
  static void record(
      NgramMatrix matrix,
      long tokens,
      SparseGramSpectrum gram,
      Spectrum spectrum,
      RunRecorder run) {
    run.metric("tokens", 0, tokens, "tokens");
    run.metric("contexts", 0, matrix.rows(), "1");
    run.metric("contexts_per_token", 0, (double) matrix.rows() / tokens, "1");
    run.metric("mixed_contexts", 0, matrix.mixedRows(), "1");
    run.metric("entries", 0, matrix.entries(), "1");
    run.metric("used_tokens", 0, matrix.usedTokens(), "1");
    run.metric("tokens_alone", 0, matrix.tokensAlone(), "1");
    run.metric("largest_block", 0, gram.largestBlock(), "1");
    run.metric("row_sum_defect", 0, matrix.rowSumDefect(), "1");
    double energy = spectrum.norm() * spectrum.norm();
    run.metric("energy_defect", 0, energy / gram.energy() - 1, "1");
    run.metric("matrix_norm", 0, Math.sqrt(gram.energy()), "1");
    int rank = spectrum.numericalRank();
    run.metric("numerical_rank", 0, rank, "1");
    run.metric("rank_share", 0, (double) rank / matrix.usedTokens(), "1");
    run.metric("rank_less_used_tokens", 0, rank - matrix.usedTokens(), "1");
    run.metric("rank_less_tokens_alone", 0, rank - matrix.tokensAlone(), "1");
    recordErrors(matrix.cols(), new ErrorCurve(spectrum, gram.energy()), spectrum, run);
    run.spectrum("next_token_matrix", 0, spectrum.singularValues(), spectrum.errorBound());
  }

  private static void recordErrors(
      int vocabulary, ErrorCurve errors, Spectrum spectrum, RunRecorder run) {
    int half = errors.dimension(HALF);
    int negligible = errors.dimension(NEGLIGIBLE);
    run.metric("half_dimension", 0, half, "1");
    run.metric("half_share", 0, (double) half / vocabulary, "1");
    run.metric("negligible_dimension", 0, negligible, "1");
    run.metric("negligible_share", 0, (double) negligible / vocabulary, "1");
    run.metric("sixteenth_error", 0, errors.at(vocabulary / 16), "1");
    for (int d : dimensions(vocabulary)) {
      double error = spectrum.bestRankResidualError(Math.min(d, spectrum.size()));
      run.metric(CurveName.name("w_error", d), 0, errors.at(d), error, "1");
    }
  }

  private static SortedSet<Integer> dimensions(int vocabulary) {
    var dimensions = new TreeSet<Integer>();
    dimensions.add(0);
    for (int d = 1; d < vocabulary / STEPS; d *= 2) {
      dimensions.add(d);
    }
    for (int step = 1; step <= STEPS; step++) {
      dimensions.add((int) ((long) vocabulary * step / STEPS));
    }
    for (int d : FIGURE) {
      if (d < vocabulary) {
        dimensions.add(d);
      }
    }
    return dimensions;
  }
}
