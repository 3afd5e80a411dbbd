package dev.gatun.measure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Loss, destroyed norm and a step along −G of a head on given hidden states, naively, in F64. */
final class ExactHead {
  private final double[][] basis; // orthonormal, of the head's column space
  private final double cap;
  private final List<Row> rows = new ArrayList<>();
  private double loss;
  private double energy;
  private double kept;

  /** Logits before the cap, and their gradient. */
  private record Row(double[] logits, double[] gradient, int target) {}

  /** As below, without a cap. */
  ExactHead(float[] head, int width, double[] hidden, int[] tokens, int length) {
    this(head, width, Double.POSITIVE_INFINITY, hidden, tokens, length);
  }

  /** Hidden states are [B·T, D], tokens [B·T]. */
  ExactHead(float[] head, int width, double cap, double[] hidden, int[] tokens, int length) {
    this.cap = cap;
    basis = basis(head, width);
    for (int row = 0; row < tokens.length; row++) {
      if (row % length < length - 1) {
        add(head, width, hidden, row, tokens[row + 1]);
      }
    }
    loss /= rows.size();
  }

  double loss() {
    return loss;
  }

  double destroyedNorm() {
    return Math.sqrt(Math.max(0, 1 - kept / energy));
  }

  /** How much lower the loss is once every row of logits moved by so much on average, along −G. */
  double decreaseAlongGradient(double size) {
    double step = size * Math.sqrt(rows.size() / energy);
    double moved = 0;
    for (Row row : rows) {
      double[] logits = row.logits.clone();
      for (int v = 0; v < logits.length; v++) {
        logits[v] -= step * row.gradient[v];
      }
      moved += lossAndGradient(logits, row.target);
    }
    return loss - moved / rows.size();
  }

  private void add(float[] head, int width, double[] hidden, int row, int target) {
    double[] g = new double[head.length / width];
    for (int v = 0; v < g.length; v++) {
      for (int d = 0; d < width; d++) {
        g[v] += head[v * width + d] * hidden[row * width + d];
      }
    }
    double[] logits = g.clone();
    loss += lossAndGradient(g, target);
    rows.add(new Row(logits, g, target));
    for (double entry : g) {
      energy += entry * entry;
    }
    for (double[] q : basis) {
      double dot = dot(q, g);
      kept += dot * dot;
    }
  }

  /** The loss of a row of logits, which becomes its gradient. */
  private double lossAndGradient(double[] g, int target) {
    double[] slopes = new double[g.length];
    double max = Double.NEGATIVE_INFINITY;
    for (int v = 0; v < g.length; v++) {
      double capped = cap < Double.POSITIVE_INFINITY ? cap * Math.tanh(g[v] / cap) : g[v];
      slopes[v] = 1 - (capped / cap) * (capped / cap);
      g[v] = capped;
      max = Math.max(max, capped);
    }
    double toMax = max - g[target];
    double sum = 0;
    for (int v = 0; v < g.length; v++) {
      g[v] = Math.exp(g[v] - max);
      sum += g[v];
    }
    for (int v = 0; v < g.length; v++) {
      g[v] = slopes[v] * (g[v] / sum - (v == target ? 1 : 0));
    }
    return toMax + Math.log(sum);
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
