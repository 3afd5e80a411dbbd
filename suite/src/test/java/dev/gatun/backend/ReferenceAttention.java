package dev.gatun.backend;

import static dev.gatun.backend.Elements.at;
import static dev.gatun.backend.Elements.elements;
import static dev.gatun.backend.Elements.put;

import dev.gatun.tensor.Tensor;
import java.util.Arrays;

/** Causal attention and rotary embedding, a query at a time. */
final class ReferenceAttention implements Parts.Rotary, Parts.CausalAttention {
  @Override
  public void rotary(AttentionShape shape, Tensor cos, Tensor sin, Tensor packed) {
    turn(shape, cos, sin, 1, packed);
  }

  @Override
  public void rotaryBackward(AttentionShape shape, Tensor cos, Tensor sin, Tensor dPacked) {
    turn(shape, cos, sin, -1, dPacked);
  }

  /** Turns by the angles (sign +1) or back (sign −1). */
  private static void turn(
      AttentionShape shape, Tensor cos, Tensor sin, double sign, Tensor packed) {
    long half = cos.cols();
    int turned = shape.heads() + shape.keyValueHeads();
    for (long row = 0; row < packed.rows(); row++) {
      for (int head = 0; head < turned; head++) {
        for (long j = 0; j < half; j++) {
          long first = row * packed.cols() + (long) head * shape.headWidth() + j;
          double c = at(cos, row % shape.length(), j);
          double s = sign * at(sin, row % shape.length(), j);
          double a = at(packed, first);
          double b = at(packed, first + half);
          put(packed, first, a * c - b * s);
          put(packed, first + half, b * c + a * s);
        }
      }
    }
  }

  @Override
  public void attention(AttentionShape shape, Tensor packed, Tensor out, Tensor normalisers) {
    double[] x = elements(packed);
    for (int b = 0; b < shape.batch(); b++) {
      for (int h = 0; h < shape.heads(); h++) {
        for (int t = 0; t < shape.length(); t++) {
          double[] scores = scores(shape, x, b, h, t);
          double max = Arrays.stream(scores).max().orElseThrow();
          double[] terms = Arrays.stream(scores).map(s -> exp(shape, s - max)).toArray();
          double inverse = 1 / Arrays.stream(terms).sum();
          put(normalisers, normaliser(shape, b, h, t), max);
          put(normalisers, normaliser(shape, b, h, t) + 1, inverse);
          double[] sums = new double[shape.headWidth()];
          for (int s = 0; s <= t; s++) {
            double p = terms[s] * inverse;
            int v = value(shape, b, h, s);
            for (int j = 0; j < sums.length; j++) {
              sums[j] += p * x[v + j];
            }
          }
          for (int j = 0; j < sums.length; j++) {
            put(out, output(shape, b, h, t) + j, sums[j]);
          }
        }
      }
    }
  }

  @Override
  public void attentionBackward(
      AttentionShape shape,
      Tensor packed,
      Tensor out,
      Tensor normalisers,
      Tensor dOut,
      Tensor dPacked) {
    double[] x = elements(packed);
    double[] dX = new double[x.length];
    for (int b = 0; b < shape.batch(); b++) {
      for (int h = 0; h < shape.heads(); h++) {
        for (int t = 0; t < shape.length(); t++) {
          backwardOfQuery(shape, x, out, normalisers, dOut, dX, b, h, t);
        }
      }
    }
    for (int i = 0; i < dX.length; i++) {
      put(dPacked, i, dX[i]);
    }
  }

  private static void backwardOfQuery(
      AttentionShape shape,
      double[] x,
      Tensor out,
      Tensor normalisers,
      Tensor dOut,
      double[] dX,
      int b,
      int h,
      int t) {
    double[] scores = scores(shape, x, b, h, t);
    double max = at(normalisers, normaliser(shape, b, h, t));
    double inverse = at(normalisers, normaliser(shape, b, h, t) + 1);
    long o = output(shape, b, h, t);
    int q = query(shape, b, h, t);
    double[] dY = new double[shape.headWidth()];
    double delta = 0;
    for (int j = 0; j < dY.length; j++) {
      dY[j] = at(dOut, o + j);
      delta += dY[j] * at(out, o + j);
    }
    for (int s = shape.firstSeen(t); s <= t; s++) {
      int k = key(shape, b, h, s);
      int v = value(shape, b, h, s);
      double p = exp(shape, scores[s] - max) * inverse;
      double dP = 0;
      for (int j = 0; j < dY.length; j++) {
        dP += dY[j] * x[v + j];
        dX[v + j] += p * dY[j];
      }
      double dScore = p * (dP - delta) * slope(shape, scores[s]) / Math.sqrt(shape.scoreVariance());
      for (int j = 0; j < dY.length; j++) {
        dX[q + j] += dScore * x[k + j];
        dX[k + j] += dScore * x[q + j];
      }
    }
  }

  /** Capped where the shape says so; −∞ of the keys before the window. */
  private static double[] scores(AttentionShape shape, double[] x, int b, int h, int t) {
    double[] scores = new double[t + 1];
    int q = query(shape, b, h, t);
    for (int s = 0; s <= t; s++) {
      int k = key(shape, b, h, s);
      for (int j = 0; j < shape.headWidth(); j++) {
        scores[s] += x[q + j] * x[k + j];
      }
      scores[s] = capped(shape, scores[s]);
    }
    Arrays.fill(scores, 0, shape.firstSeen(t), Double.NEGATIVE_INFINITY);
    return scores;
  }

  private static double capped(AttentionShape shape, double score) {
    double most = shape.scoreCap() * Math.sqrt(shape.scoreVariance());
    return shape.isCapped() ? most * Math.tanh(score / most) : score;
  }

  /** The slope of the cap where it gives this score. */
  private static double slope(AttentionShape shape, double capped) {
    double tanh = capped / (shape.scoreCap() * Math.sqrt(shape.scoreVariance()));
    return 1 - tanh * tanh;
  }

  private static double exp(AttentionShape shape, double score) {
    return Math.exp(score / Math.sqrt(shape.scoreVariance()));
  }

  private static long normaliser(AttentionShape shape, int b, int h, int t) {
    return 2 * (((long) b * shape.heads() + h) * shape.length() + t);
  }

  private static int query(AttentionShape shape, int b, int h, int t) {
    return (b * shape.length() + t) * shape.packedWidth() + h * shape.headWidth();
  }

  private static int key(AttentionShape shape, int b, int h, int t) {
    int shared = h / (shape.heads() / shape.keyValueHeads());
    return query(shape, b, shape.heads() + shared, t);
  }

  private static int value(AttentionShape shape, int b, int h, int t) {
    int shared = h / (shape.heads() / shape.keyValueHeads());
    return query(shape, b, shape.heads() + shape.keyValueHeads() + shared, t);
  }

  private static long output(AttentionShape shape, int b, int h, int t) {
    return ((long) b * shape.length() + t) * shape.outputWidth() + (long) h * shape.headWidth();
  }
}
