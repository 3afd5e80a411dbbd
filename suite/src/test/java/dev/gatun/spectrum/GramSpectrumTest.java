package dev.gatun.spectrum;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.tensor.Tensor;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GramSpectrumTest extends SpectrumTestBase {

  @ParameterizedTest
  @CsvSource({"37, 23, 5", "37, 23, 37", "19, 31, 7", "1, 9, 1", "9, 1, 2"})
  void rowChunksOfAnyHeightGiveTheSpectrumOfTheDirectDecomposition(
      int rows, int cols, int chunkRows) {
    Tensor matrix = matrices.gaussian(rows, cols);
    Spectrum direct = DirectSpectrum.of(backend, matrix);
    Spectrum gram = byRows(matrix, chunkRows);
    assertEquals(Math.min(rows, cols), gram.size());
    assertEquals(rows, gram.rows());
    assertEquals(cols, gram.cols());
    assertBounded(gram, direct.singularValues());
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-2, 1e-5, 1e-8, 1e-11})
  void errorBoundHoldsOnGradedSpectra(double smallest) {
    double[] known =
        IntStream.range(0, 12).mapToDouble(i -> Math.pow(smallest, i / 11.0)).toArray();
    Spectrum gram = byRows(matrices.withSingularValues(50, 12, known), 8);
    assertBounded(gram, known);
    assertTrue(gram.errorBound() < 1e-6, () -> "bound " + gram.errorBound() + ", " + SEEDED);
  }

  @Test
  void zeroSingularValuesAreFoundBelowTheBoundAndNotCounted() {
    Spectrum gram = byRows(matrices.withSingularValues(40, 30, 3, 2, 1, 1e-3), 16);
    assertEquals(4, gram.numericalRank(), SEEDED);
    assertTrue(gram.singularValue(4) <= gram.errorBound(), SEEDED);
  }

  @Test
  void largeSingularValuesKeepAlmostAllDigits() {
    Spectrum gram = byRows(matrices.withSingularValues(40, 8, 5, 4, 3, 2, 1, 1, 1, 1), 40);
    double[] known = {5, 4, 3, 2, 1, 1, 1, 1};
    assertArrayEquals(known, gram.singularValues(), 1e-13, SEEDED);
  }

  @Test
  void anF32ChunkIsTakenAsItIs() {
    Tensor narrow = matrices.narrowed(matrices.gaussian(21, 10));
    assertBounded(byRows(narrow, 4), DirectSpectrum.of(backend, narrow).singularValues());
  }

  @Test
  void chunksThatDoNotFitAreRefusedByName() {
    try (GramSpectrum accumulator = GramSpectrum.ofRows(backend, 7)) {
      var refusal =
          assertThrows(
              IllegalArgumentException.class, () -> accumulator.add(matrices.gaussian(3, 8)));
      assertTrue(refusal.getMessage().contains("[3, 8]"), refusal.getMessage());
    }
  }

  @Test
  void aFinishedSpectrumTakesNoMore() {
    Tensor matrix = matrices.gaussian(3, 3);
    try (GramSpectrum accumulator = GramSpectrum.ofRows(backend, 3)) {
      assertThrows(IllegalStateException.class, accumulator::finish);
      accumulator.add(matrix);
      accumulator.finish();
      assertThrows(IllegalStateException.class, accumulator::finish);
      assertThrows(IllegalStateException.class, () -> accumulator.add(matrix));
    }
  }

  private Spectrum byRows(Tensor matrix, long chunkRows) {
    try (GramSpectrum accumulator = GramSpectrum.ofRows(backend, matrix.cols())) {
      Matrices.chunks(matrix, chunkRows).forEach((_, chunk) -> accumulator.add(chunk));
      return accumulator.finish();
    }
  }

  private static void assertBounded(Spectrum gram, double[] truth) {
    for (int i = 0; i < truth.length; i++) {
      double error = Math.abs(gram.singularValue(i) - truth[i]);
      // The truth has an error of its own, of a few roundings of the largest value.
      double bound = gram.errorBound(i) + 1e-14 * truth[0];
      int index = i;
      assertTrue(
          error <= bound,
          () ->
              "singular value %d is %s, should be %s ± %s; %s"
                  .formatted(index, gram.singularValue(index), truth[index], bound, SEEDED));
    }
  }
}
