package dev.gatun.spectrum;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows of the lower triangle of WᵀW, accumulated from sparse rows of W in their order. */
final class GramBand {
  private static final int ELSEWHERE = -1;

  private final SparseMatrix matrix;
  private final double[] loneEnergy;

  /** For each column in the band, where its row begins in the buffer; else {@link #ELSEWHERE}. */
  private final int[] rowStart;

  /** For each column, its place within its block. */
  private final int[] place;

  GramBand(SparseMatrix matrix, double[] loneEnergy) {
    this.matrix = matrix;
    this.loneEnergy = loneEnergy;
    this.rowStart = new int[matrix.cols()];
    this.place = new int[matrix.cols()];
  }

  /** Rows {@code from} to {@code from + count} of one block: [count, block], the rest zero. */
  double[] rows(int[] block, int from, int count) {
    Arrays.fill(rowStart, ELSEWHERE);
    locate(block, from, count, 0);
    return accumulate(count * block.length);
  }

  /** Whole blocks, in one pass. */
  List<double[]> blocks(List<int[]> blocks) {
    Arrays.fill(rowStart, ELSEWHERE);
    int size = 0;
    for (int[] block : blocks) {
      locate(block, 0, block.length, size);
      size += block.length * block.length;
    }
    double[] all = accumulate(size);
    if (blocks.size() == 1) {
      return List.of(all);
    }
    List<double[]> parts = new ArrayList<>();
    int at = 0;
    for (int[] block : blocks) {
      parts.add(Arrays.copyOfRange(all, at, at + block.length * block.length));
      at += block.length * block.length;
    }
    return parts;
  }

  private void locate(int[] block, int from, int count, int offset) {
    for (int i = 0; i < block.length; i++) {
      place[block[i]] = i;
      if (i >= from && i < from + count) {
        rowStart[block[i]] = offset + (i - from) * block.length;
      }
    }
  }

  private double[] accumulate(int size) {
    double[] band = new double[size];
    matrix.forEachMixedRow((columns, values, entries) -> {
      for (int i = 0; i < entries; i++) {
        int start = rowStart[columns[i]];
        if (start != ELSEWHERE) {
          double value = values[i];
          for (int j = 0; j <= i; j++) {
            band[start + place[columns[j]]] += value * values[j];
          }
        }
      }
    });
    for (int column = 0; column < rowStart.length; column++) {
      if (rowStart[column] != ELSEWHERE) {
        band[rowStart[column] + place[column]] += loneEnergy[column];
      }
    }
    return band;
  }
}
