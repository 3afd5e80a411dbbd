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

class QrSpectrumTest extends SpectrumTestBase {
  /**
   * Fewer rows than columns, as many, more, and more than the stack of four times as many takes.
   */
  @ParameterizedTest
  @CsvSource({"5, 9, 2", "9, 9, 4", "20, 9, 20", "80, 9, 7", "200, 9, 200", "3, 1, 1"})
  void anyChunksGiveTheSpectrumOfTheDirectDecomposition(int rows, int cols, int chunkRows) {
    Tensor matrix = matrices.gaussian(rows, cols);
    Spectrum direct = DirectSpectrum.of(backend, matrix);
    Spectrum byQr = byRows(matrix, chunkRows);
    assertEquals(rows, byQr.rows());
    assertArrayEquals(direct.singularValues(), byQr.singularValues(), 1e-13, SEEDED);
  }

  /** A Gram matrix in f64 knows nothing of what is below 1e-8 of the largest one. */
  @Test
  void valuesFarBelowThoseThatAGramMatrixFindsAreCounted() {
    double[] known = IntStream.range(0, 12).mapToDouble(i -> Math.pow(10, -i)).toArray();
    Tensor matrix = matrices.withSingularValues(200, 12, known);
    Spectrum spectrum = byRows(matrix, 16);
    assertArrayEquals(known, spectrum.singularValues(), 1e-14, SEEDED);
    assertEquals(12, spectrum.numericalRank(), SEEDED);
    try (GramSpectrum gram = GramSpectrum.ofRows(backend, 12)) {
      gram.add(matrix);
      assertTrue(gram.finish().numericalRank() < 9, SEEDED);
    }
  }

  @Test
  void vanishingValuesAreNotCounted() {
    assertEquals(
        4, byRows(matrices.withSingularValues(150, 30, 3, 2, 1, 1e-9), 16).numericalRank());
  }

  @Test
  void theSpectrumSoFarIsThatOfTheFirstRows() {
    Tensor matrix = matrices.gaussian(90, 10);
    try (var spectrum = new QrSpectrum(backend, 10)) {
      assertThrows(IllegalStateException.class, spectrum::spectrum);
      for (int rows : new int[] {4, 33, 90}) {
        long before = rows == 4 ? 0 : rows == 33 ? 4 : 33;
        spectrum.add(matrix.rows(before, rows - before));
        double[] direct = DirectSpectrum.of(backend, matrix.rows(0, rows)).singularValues();
        assertArrayEquals(direct, spectrum.spectrum().singularValues(), 1e-13, SEEDED);
      }
      assertThrows(IllegalArgumentException.class, () -> spectrum.add(matrices.gaussian(2, 11)));
    }
  }

  private Spectrum byRows(Tensor matrix, long chunkRows) {
    try (var spectrum = new QrSpectrum(backend, matrix.cols())) {
      Matrices.chunks(matrix, chunkRows).forEach((_, chunk) -> spectrum.add(chunk));
      return spectrum.spectrum();
    }
  }
}
