package dev.gatun.cli;

import dev.gatun.data.Randomness;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;

/**
 * A model whose blocks add nothing, so that what follows a token depends on that token alone: a
 * chain, of which every probability is known and from which text can be drawn.
 *
 * @param states head inputs after each token [V, D]
 */
record PlantedChain(PlantedModel model, double[][] states) {
  private static final double NORM_EPSILON = 1e-5;
  private static final int ROUNDS = 20;

  static PlantedChain of(PlantedModel model) {
    float[] embeddings = model.embeddings();
    double[][] states = new double[model.vocabulary()][model.width()];
    for (int token = 0; token < states.length; token++) {
      double[] state = states[token];
      double sum = 0;
      double squares = 0;
      for (int i = 0; i < state.length; i++) {
        state[i] = embeddings[token * state.length + i];
        sum += state[i];
        squares += state[i] * state[i];
      }
      double mean = sum / state.length;
      double deviation = Math.sqrt(squares / state.length - mean * mean + NORM_EPSILON);
      for (int i = 0; i < state.length; i++) {
        state[i] = (state[i] - mean) / deviation * model.gains().get(i);
      }
    }
    return new PlantedChain(model, states);
  }

  /**
   * The chain whose head, cut to each of some ranks, is expected to lose what it is told to, in
   * nats: by the gains, which say how far the states reach along each axis.
   *
   * @param singularValues descending
   * @param lost by rank, below the width
   * @param first gain of the axes below the least rank
   */
  static PlantedChain losing(
      int layers,
      int vocabulary,
      List<Double> singularValues,
      SortedMap<Integer, Double> lost,
      double first) {
    int width = singularValues.size();
    List<Integer> ranks = new ArrayList<>(lost.keySet());
    List<Double> gains = new ArrayList<>(Collections.nCopies(width, first));
    PlantedChain chain = null;
    for (int round = 0; round < ROUNDS; round++) {
      chain =
          of(new PlantedModel(layers, width, vocabulary, singularValues, List.copyOf(gains), 0, 0));
      double[] losses = chain.losses(ranks);
      for (int i = 0; i < ranks.size(); i++) {
        boolean isLast = i + 1 == ranks.size();
        int end = isLast ? width : ranks.get(i + 1);
        double wanted = lost.get(ranks.get(i)) - (isLast ? 0 : lost.get(end));
        double has = losses[i] - losses[i + 1];
        for (int axis = ranks.get(i); axis < end; axis++) {
          gains.set(axis, wanted > 0 ? gains.get(axis) * Math.sqrt(wanted / has) : 0);
        }
      }
    }
    return chain;
  }

  /** Expected loss of the head cut to each rank, then of the head; after any token alike. */
  private double[] losses(List<Integer> ranks) {
    float[] head = model.head();
    double[] losses = new double[ranks.size() + 1];
    for (double[] state : states) {
      double[][] logits = new double[losses.length][];
      double[] sum = new double[model.vocabulary()];
      int from = 0;
      for (int i = 0; i < losses.length; i++) {
        int to = i < ranks.size() ? ranks.get(i) : model.width();
        for (int token = 0; token < sum.length; token++) {
          for (int axis = from; axis < to; axis++) {
            sum[token] += state[axis] * head[token * model.width() + axis];
          }
        }
        from = to;
        logits[i] = sum.clone();
      }
      double[] p = softmax(logits[losses.length - 1]);
      for (int i = 0; i < losses.length; i++) {
        double[] q = softmax(logits[i]);
        for (int token = 0; token < p.length; token++) {
          losses[i] -= p[token] * Math.log(q[token]) / states.length;
        }
      }
    }
    return losses;
  }

  private static double[] softmax(double[] logits) {
    double most = Double.NEGATIVE_INFINITY;
    for (double logit : logits) {
      most = Math.max(most, logit);
    }
    double[] p = new double[logits.length];
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      p[i] = Math.exp(logits[i] - most);
      sum += p[i];
    }
    for (int i = 0; i < p.length; i++) {
      p[i] /= sum;
    }
    return p;
  }

  /**
   * A file of sequences that are drawn from the chain.
   *
   * @param strange share of the tokens that are drawn uniformly instead
   */
  Path tokens(Path file, int sequences, int length, double strange) {
    float[] head = model.head();
    var generator = Randomness.of(13).stream("chain").generator();
    long[] ids = new long[sequences * length];
    for (int n = 0; n < ids.length; n++) {
      boolean isFirst = n % length == 0;
      // Both are drawn each time, so that texts of other shares have the same tokens elsewhere.
      int any = generator.nextInt(model.vocabulary());
      double place = generator.nextDouble();
      boolean isStrange = generator.nextDouble() < strange;
      ids[n] = isFirst || isStrange ? any : next(head, states[(int) ids[n - 1]], place);
    }
    return PlantedModel.tokens(file, length, ids);
  }

  private int next(float[] head, double[] state, double place) {
    double[] logits = new double[model.vocabulary()];
    for (int token = 0; token < logits.length; token++) {
      for (int axis = 0; axis < state.length; axis++) {
        logits[token] += state[axis] * head[token * state.length + axis];
      }
    }
    double[] p = softmax(logits);
    double sum = 0;
    for (int token = 0; token < p.length; token++) {
      sum += p[token];
      if (place < sum) {
        return token;
      }
    }
    return p.length - 1;
  }
}
