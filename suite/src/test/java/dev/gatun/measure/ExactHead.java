package dev.gatun.measure;

import dev.gatun.data.Randomness;
import java.util.Arrays;

/** Loss and destroyed norm of a head on given hidden states, naively and in F64. */
final class ExactHead {
  private final double[][] basis; // orthonormal, of the head's column space
  private double loss;
  private double energy;
  private double kept;

  /** The tokens are those that the seed gives; hidden states are [B·T, D]. */
  ExactHead(float[] head, int width, double[] hidden, int sequences, int length, long seed) {
    int[] tokens = Randomness.of(seed).generator().ints((long) sequences * length, 0, 60).toArray();
    basis = basis(head, width);
    for (int row = 0; row < tokens.length; row++) {
      if (row % length < length - 1) {
        add(head, width, hidden, row, tokens[row + 1]);
      }
    }
    loss /= sequences * (length - 1.0);
  }

  double loss() {
    return loss;
  }

  double destroyedNorm() {
    return Math.sqrt(Math.max(0, 1 - kept / energy));
  }

  private void add(float[] head, int width, double[] hidden, int row, int target) {
    double[] g = new double[head.length / width];
    double max = Double.NEGATIVE_INFINITY;
    for (int v = 0; v < g.length; v++) {
      for (int d = 0; d < width; d++) {
        g[v] += head[v * width + d] * hidden[row * width + d];
      }
      max = Math.max(max, g[v]);
    }
    double toMax = max - g[target];
    double sum = 0;
    for (int v = 0; v < g.length; v++) {
      g[v] = Math.exp(g[v] - max);
      sum += g[v];
    }
    loss += toMax + Math.log(sum);
    for (int v = 0; v < g.length; v++) {
      g[v] = g[v] / sum - (v == target ? 1 : 0);
      energy += g[v] * g[v];
    }
    for (double[] q : basis) {
      double dot = dot(q, g);
      kept += dot * dot;
    }
  }

  /** Gram and Schmidt, the longest column first, twice; what is below 1e-6 of the first is zero. */
  private static double[][] basis(float[] head, int width) {
    double[][] columns = new double[width][head.length / width];
    double scale = 0;
    for (float weight : head) {
      scale = Math.max(scale, Math.abs(weight));
    }
    for (int i = 0; i < head.length; i++) {
      columns[i % width][i / width] = head[i] / scale;
    }
    int rank = 0;
    double first = 0;
    while (rank < width) {
      int longest = rank;
      for (int i = rank; i < width; i++) {
        longest =
            dot(columns[i], columns[i]) > dot(columns[longest], columns[longest]) ? i : longest;
      }
      double[] column = columns[longest];
      columns[longest] = columns[rank];
      double norm = Math.sqrt(dot(column, column));
      first = Math.max(first, norm);
      if (norm <= 1e-6 * first) {
        break;
      }
      divide(column, norm);
      for (int i = 0; i < rank; i++) {
        take(column, columns[i]);
      }
      divide(column, Math.sqrt(dot(column, column)));
      columns[rank++] = column;
      for (int i = rank; i < width; i++) {
        take(columns[i], column);
      }
    }
    return Arrays.copyOf(columns, rank);
  }

  private static void take(double[] from, double[] direction) {
    double dot = dot(from, direction);
    for (int i = 0; i < from.length; i++) {
      from[i] -= dot * direction[i];
    }
  }

  private static void divide(double[] x, double by) {
    for (int i = 0; i < x.length; i++) {
      x[i] /= by;
    }
  }

  private static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }
}
