package dev.gatun.spectrum;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * All singular values of a sparse matrix W [C, V] of any number of rows, through its Gram matrix
 * WᵀW in f64. No dense row is ever formed: a row with k entries adds its k·(k + 1)/2 products, a
 * row with one entry adds to the diagonal alone. The matrix is accumulated in bands of rows that
 * fit a given buffer, by a pass over W for each; every element sums its products in the order of
 * the rows, so that neither the size of the buffer nor the device changes a bit of it.
 *
 * <p>Columns that share no row, not even by way of others, belong to different diagonal blocks
 * ({@link ColumnBlocks}): exact, and the cost is that of the largest block, n²·8 bytes and 4/3·n³
 * operations, rather than that of V.
 *
 * <p><b>Error.</b> As for {@link GramSpectrum}, with K the number of rows of two entries or more, n
 * the order of the largest block, and three roundings for what made the entries: each eigenvalue is
 * within δ = (K + n + 3)·u·‖W‖² of σ², each singular value within min(√δ, δ/σ).
 */
public final class SparseGramSpectrum {
  private static final double UNIT_ROUNDOFF = 0x1p-53;

  private final SparseMatrix matrix;
  private final ColumnBlocks blocks;
  private final double[] loneEnergy;
  private final double energy;

  /** Reads the matrix once for its blocks and its norm. */
  public SparseGramSpectrum(SparseMatrix matrix) {
    this.matrix = matrix;
    this.blocks = ColumnBlocks.of(matrix);
    this.loneEnergy = matrix.loneEnergy();
    var sum = new CompensatedSum();
    for (double lone : loneEnergy) {
      sum.add(lone);
    }
    matrix.forEachMixedRow((_, values, entries) -> {
      for (int i = 0; i < entries; i++) {
        sum.add(values[i] * values[i]);
      }
    });
    this.energy = sum.value();
  }

  /** ‖W‖², summed from the entries themselves. */
  public double energy() {
    return energy;
  }

  /** Order of the largest eigenproblem. */
  public int largestBlock() {
    return blocks.largest();
  }

  /** Number of eigenproblems, those of order 1 apart. */
  public int blocks() {
    return blocks.blocks().size();
  }

  /**
   * The singular values.
   *
   * @param bufferBytes most memory of the host for a band of the Gram matrix, which itself is the
   *     device's; at least one row is taken
   * @throws IllegalArgumentException if the device cannot hold the largest block, saying what it
   *     needs
   */
  public Spectrum solve(Backend backend, long bufferBytes) {
    requireFits(backend);
    var eigenvalues = new ArrayList<double[]>();
    eigenvalues.add(Arrays.stream(blocks.alone()).mapToDouble(c -> loneEnergy[c]).toArray());
    long capacity = Math.clamp(bufferBytes / Double.BYTES, 1, 1 << 28);
    List<int[]> together = new ArrayList<>();
    long elements = 0;
    for (int[] block : blocks.blocks()) {
      long size = (long) block.length * block.length;
      if (size > capacity) {
        eigenvalues.add(inBands(backend, block, capacity));
        continue;
      }
      if (elements + size > capacity) {
        eigenvalues.addAll(whole(backend, together));
        together.clear();
        elements = 0;
      }
      together.add(block);
      elements += size;
    }
    eigenvalues.addAll(whole(backend, together));
    return spectrum(eigenvalues);
  }

  private void requireFits(Backend backend) {
    long bytes = 8L * blocks.largest() * blocks.largest();
    if (backend.freeMemoryBytes().isPresent() && bytes > backend.freeMemoryBytes().getAsLong()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the Gram matrix of %,d tokens needs %.1f GiB and %.1f are free; take a smaller"
                  + " --tier or a device with more memory",
              blocks.largest(),
              bytes * 0x1p-30,
              backend.freeMemoryBytes().getAsLong() * 0x1p-30));
    }
  }

  private double[] inBands(Backend backend, int[] block, long capacity) {
    int order = block.length;
    try (TensorScope scope = backend.newScope()) {
      Tensor gram = scope.zeros(ElementType.F64, order, order);
      int most = (int) Math.max(1, capacity / order);
      var band = new GramBand(matrix, loneEnergy);
      for (int from = 0; from < order; from += most) {
        int rows = Math.min(most, order - from);
        backend.write(band.rows(block, from, rows), gram.rows(from, rows));
      }
      return eigenvalues(backend, scope, gram);
    }
  }

  /** Blocks that fit a buffer together, in one pass over the matrix. */
  private List<double[]> whole(Backend backend, List<int[]> together) {
    if (together.isEmpty()) {
      return List.of();
    }
    List<double[]> grams = new GramBand(matrix, loneEnergy).blocks(together);
    var eigenvalues = new ArrayList<double[]>();
    for (int i = 0; i < grams.size(); i++) {
      int order = together.get(i).length;
      try (TensorScope scope = backend.newScope()) {
        Tensor gram = scope.zeros(ElementType.F64, order, order);
        backend.write(grams.get(i), gram);
        eigenvalues.add(eigenvalues(backend, scope, gram));
      }
    }
    return eigenvalues;
  }

  private static double[] eigenvalues(Backend backend, TensorScope scope, Tensor gram) {
    Tensor values = scope.zeros(ElementType.F64, gram.cols());
    backend.symmetricEigenvalues(gram, values);
    return backend.toDoubles(values);
  }

  private Spectrum spectrum(List<double[]> eigenvalues) {
    double[] ascending = eigenvalues.stream().flatMapToDouble(Arrays::stream).sorted().toArray();
    double[] values = new double[(int) Math.min(matrix.rows(), matrix.cols())];
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.sqrt(Math.max(0, ascending[ascending.length - 1 - i]));
    }
    double roundings = matrix.mixedRows() + blocks.largest() + 3.0;
    double bound = Math.sqrt(roundings * UNIT_ROUNDOFF * energy);
    return new Spectrum(values, bound, matrix.rows(), matrix.cols(), Spectrum.Method.GRAM);
  }

  /** Neumaier's sum: its error does not grow with the number of terms. */
  private static final class CompensatedSum {
    private double sum;
    private double lost;

    void add(double term) {
      double next = sum + term;
      lost += Math.abs(sum) >= Math.abs(term) ? (sum - next) + term : (term - next) + sum;
      sum = next;
    }

    double value() {
      return sum + lost;
    }
  }
}
