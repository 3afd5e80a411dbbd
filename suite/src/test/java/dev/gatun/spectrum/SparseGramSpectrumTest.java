package dev.gatun.spectrum;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SparseGramSpectrumTest extends SpectrumTestBase {
  private static final int COLS = 40;

  @Test
  void singularValuesAreThoseOfTheDenseMatrix() {
    double[][] dense = random(90, 3);
    double[] expected = direct(dense);
    Spectrum spectrum = new SparseGramSpectrum(new Rows(dense)).solve(backend, 1 << 20);
    assertEquals(COLS, spectrum.size());
    for (int i = 0; i < COLS; i++) {
      assertEquals(expected[i], spectrum.singularValue(i), 1e-7 * expected[0], SEEDED);
      assertTrue(
          Math.abs(expected[i] - spectrum.singularValue(i)) <= spectrum.errorBound(), SEEDED);
    }
  }

  @Test
  void columnsThatShareNoRowAreEigenproblemsOfTheirOwn() {
    double[][] dense = new double[6][COLS];
    dense[0][3] = 0.5;
    dense[0][7] = 0.5;
    dense[1][7] = 0.25;
    dense[1][9] = 0.75;
    dense[2][20] = 0.5;
    dense[2][21] = 0.5;
    dense[3][30] = 1;
    dense[4][30] = 1;
    dense[5][3] = 1;
    var gram = new SparseGramSpectrum(new Rows(dense));
    assertEquals(3, gram.largestBlock());
    assertEquals(2, gram.blocks());
    assertEquals(0.5 + 0.625 + 0.5 + 3, gram.energy(), 1e-15);
    Spectrum spectrum = gram.solve(backend, 1 << 20);
    double[] expected = direct(dense);
    assertEquals(6, spectrum.size(), "no more than there are rows");
    for (int i = 0; i < 6; i++) {
      assertEquals(expected[i], spectrum.singularValue(i), 1e-7);
    }
    assertEquals(Math.sqrt(2), spectrum.singularValue(0), 1e-15);
  }

  @Test
  void everyColumnIsInExactlyOneBlock() {
    for (int rows = 1; rows < 60; rows++) {
      ColumnBlocks blocks = ColumnBlocks.of(new Rows(random(rows, 3)));
      List<Integer> all = new ArrayList<>();
      Arrays.stream(blocks.alone()).forEach(all::add);
      blocks.blocks().forEach(block -> Arrays.stream(block).forEach(all::add));
      assertEquals(COLS, all.size(), SEEDED);
      assertEquals(COLS, all.stream().distinct().count(), SEEDED);
    }
  }

  @Test
  void theBufferChangesNoBit() {
    for (int entries : new int[] {2, 3, 12}) {
      Rows rows = new Rows(random(30, entries));
      double[] whole = new SparseGramSpectrum(rows).solve(backend, 1 << 20).singularValues();
      for (long buffer : new long[] {8, 8 * 41, 8 * 100, 8 * 900}) {
        double[] bands = new SparseGramSpectrum(rows).solve(backend, buffer).singularValues();
        assertArrayEquals(whole, bands, 0, "buffer of " + buffer + " bytes, " + SEEDED);
      }
    }
  }

  /** Rows with up to so many entries. */
  private static double[][] random(int rows, int entries) {
    var random = new Random(SEED + rows);
    double[][] dense = new double[rows][COLS];
    for (double[] row : dense) {
      for (int i = 1 + random.nextInt(entries); i > 0; i--) {
        row[random.nextInt(COLS)] = 0.1 + random.nextDouble();
      }
    }
    return dense;
  }

  private double[] direct(double[][] dense) {
    Tensor matrix = scope.zeros(ElementType.F64, dense.length, COLS);
    backend.write(Arrays.stream(dense).flatMapToDouble(Arrays::stream).toArray(), matrix);
    return DirectSpectrum.of(backend, matrix).singularValues();
  }

  /** The entries of a dense matrix that are not zero. */
  private record Rows(double[][] dense) implements SparseMatrix {
    @Override
    public long rows() {
      return dense.length;
    }

    @Override
    public int cols() {
      return COLS;
    }

    @Override
    public long mixedRows() {
      return Arrays.stream(dense).filter(row -> columns(row).length > 1).count();
    }

    @Override
    public double[] loneEnergy() {
      double[] energy = new double[COLS];
      for (double[] row : dense) {
        int[] columns = columns(row);
        if (columns.length == 1) {
          energy[columns[0]] += row[columns[0]] * row[columns[0]];
        }
      }
      return energy;
    }

    @Override
    public void forEachMixedRow(Visitor visitor) {
      for (double[] row : dense) {
        int[] columns = columns(row);
        if (columns.length > 1) {
          double[] values = Arrays.stream(columns).mapToDouble(c -> row[c]).toArray();
          visitor.accept(columns, values, columns.length);
        }
      }
    }

    private static int[] columns(double[] row) {
      return java.util.stream.IntStream.range(0, COLS).filter(c -> row[c] != 0).toArray();
    }
  }
}
