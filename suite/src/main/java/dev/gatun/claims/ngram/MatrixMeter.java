package dev.gatun.claims.ngram;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.results.CurveName;
import dev.gatun.results.RunRecorder;
import dev.gatun.spectrum.GramSpectrum;
import dev.gatun.spectrum.SparseGramSpectrum;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
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

  /** Rows of a smoothed model that are added at once. */
  private static final long CHUNK_ROWS = 256;

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
    int rank = spectrum.numericalRank();
    run.metric("numerical_rank", 0, rank, "1");
    run.metric("rank_share", 0, (double) rank / matrix.usedTokens(), "1");
    run.metric("rank_less_used_tokens", 0, rank - matrix.usedTokens(), "1");
    run.metric("rank_less_tokens_alone", 0, rank - matrix.tokensAlone(), "1");
    recordCurves(matrix.cols(), spectrum, gram.energy(), ErrorCurve.ofColumns(matrix), run);
  }

  /** Records the rows of a smoothed model and their spectrum. */
  static void record(SmoothedRows rows, int vocabulary, Backend backend, RunRecorder run) {
    run.metric("contexts", 0, rows.rows(), "1");
    double[] columns = new double[vocabulary];
    double[] defect = {0};
    Spectrum spectrum;
    try (TensorScope scope = backend.newScope();
        var gram = GramSpectrum.ofRows(backend, vocabulary)) {
      Tensor buffer = scope.zeros(ElementType.F64, Math.min(CHUNK_ROWS, rows.rows()), vocabulary);
      long[] filled = {0};
      rows.forEachRow(row -> {
        double sum = 0;
        for (int token = 0; token < vocabulary; token++) {
          sum += row[token];
          columns[token] += row[token] * row[token];
        }
        defect[0] = Math.max(defect[0], Math.abs(sum - 1));
        backend.write(row, buffer.rows(filled[0]++, 1));
        if (filled[0] == buffer.rows()) {
          gram.add(buffer);
          filled[0] = 0;
        }
      });
      if (filled[0] > 0) {
        gram.add(buffer.rows(0, filled[0]));
      }
      spectrum = gram.finish();
    }
    run.metric("row_sum_defect", 0, defect[0], "1");
    double energy = Arrays.stream(columns).sum();
    recordCurves(vocabulary, spectrum, energy, ErrorCurve.ofColumns(columns), run);
  }

  /** Records a spectrum and its errors beside those of the columns' lengths. */
  private static void recordCurves(
      int vocabulary, Spectrum spectrum, double energy, ErrorCurve ofColumns, RunRecorder run) {
    double sum = spectrum.norm() * spectrum.norm();
    run.metric("energy_defect", 0, sum / energy - 1, "1");
    run.metric("matrix_norm", 0, Math.sqrt(energy), "1");
    recordErrors(vocabulary, new ErrorCurve(spectrum, energy), spectrum, run);
    recordColumns(ofColumns, run);
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

  /** The null: the same curve if all columns were orthogonal. */
  private static void recordColumns(ErrorCurve errors, RunRecorder run) {
    run.metric("half_dimension_of_columns", 0, errors.dimension(HALF), "1");
    run.metric("negligible_dimension_of_columns", 0, errors.dimension(NEGLIGIBLE), "1");
    for (int d : dimensions(errors.size())) {
      run.metric(CurveName.name("w_error_of_columns", d), 0, errors.at(d), "1");
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
