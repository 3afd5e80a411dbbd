package dev.gatun.backend;

import static dev.gatun.backend.Elements.at;
import static dev.gatun.backend.Elements.idAt;
import static dev.gatun.backend.Elements.put;

import dev.gatun.tensor.Tensor;

/** Cross-entropy and AdamW. */
final class ReferenceLoss implements Parts.CrossEntropy, Parts.AdamW {
  @Override
  public void crossEntropyLoss(Tensor logits, Tensor targets, Tensor losses) {
    for (long r = 0; r < logits.rows(); r++) {
      int target = idAt(targets, r);
      double toMax = target < 0 ? 0 : max(logits, r) - at(logits, r, target);
      put(losses, r, target < 0 ? 0 : toMax + rest(logits, r));
    }
  }

  @Override
  public void crossEntropy(Tensor logits, Tensor targets, double scale, Tensor losses) {
    crossEntropyLoss(logits, targets, losses);
    for (long r = 0; r < logits.rows(); r++) {
      double max = max(logits, r);
      gradientRow(logits, r, max, rest(logits, r), idAt(targets, r), 1, 0, scale);
    }
  }

  @Override
  public void logSumExpRows(Tensor logits, LogSumExp logSumExp) {
    for (long r = 0; r < logits.rows(); r++) {
      put(logSumExp.max(), r, max(logits, r));
      put(logSumExp.rest(), r, rest(logits, r));
    }
  }

  @Override
  public void crossEntropyColumns(
      Tensor logits, LogSumExp logSumExp, Tensor targets, long firstClass, double scale) {
    for (long r = 0; r < logits.rows(); r++) {
      double max = at(logSumExp.max(), r);
      double rest = at(logSumExp.rest(), r);
      gradientRow(logits, r, max, rest, idAt(targets, r), 1, firstClass, scale);
    }
  }

  @Override
  public void weightedCrossEntropyColumns(
      Tensor logits,
      LogSumExp logSumExp,
      Tensor targets,
      Tensor weights,
      long firstClass,
      double scale) {
    for (long r = 0; r < logits.rows(); r++) {
      int target = idAt(targets, r);
      double max = at(logSumExp.max(), r);
      double rest = at(logSumExp.rest(), r);
      gradientRow(logits, r, max, rest, target, at(weights, r), firstClass, scale);
    }
  }

  private static void gradientRow(
      Tensor logits,
      long r,
      double max,
      double rest,
      int target,
      double weight,
      long firstClass,
      double scale) {
    for (long v = 0; v < logits.cols(); v++) {
      double probability = Math.exp(at(logits, r, v) - max - rest);
      double oneHot = target == firstClass + v ? weight : 0;
      put(logits, r, v, target < 0 ? 0 : scale * (probability - oneHot));
    }
  }

  private static double max(Tensor logits, long r) {
    double max = Double.NEGATIVE_INFINITY;
    for (long v = 0; v < logits.cols(); v++) {
      max = Math.max(max, at(logits, r, v));
    }
    return max;
  }

  /** log Σ exp(x − max). */
  private static double rest(Tensor logits, long r) {
    double max = max(logits, r);
    double sum = 0;
    for (long v = 0; v < logits.cols(); v++) {
      sum += Math.exp(at(logits, r, v) - max);
    }
    return Math.log(sum);
  }

  @Override
  public void gradientScale(Tensor sums, double clipNorm, Tensor step) {
    double norm = Math.sqrt(at(sums, 0));
    put(step, 2, norm > clipNorm ? clipNorm / norm : 1);
    for (long i = 0; i < sums.size(); i++) {
      if (!Double.isFinite(at(sums, i))) {
        put(step, 3, 1);
      }
    }
  }

  @Override
  public void adamW(
      AdamWConstants constants,
      Tensor step,
      Tensor parameter,
      Tensor gradient,
      Tensor firstMoment,
      Tensor secondMoment) {
    double number = at(step, 0);
    double rate = at(step, 1);
    double beta1 = constants.beta1();
    double beta2 = constants.beta2();
    double correction1 = 1 - Math.pow(beta1, number);
    double correction2 = 1 - Math.pow(beta2, number);
    for (long i = 0; at(step, 3) == 0 && i < parameter.size(); i++) {
      double g = at(step, 2) * at(gradient, i);
      double m = beta1 * at(firstMoment, i) + (1 - beta1) * g;
      double v = beta2 * at(secondMoment, i) + (1 - beta2) * g * g;
      double decayed = at(parameter, i) * (1 - rate * constants.weightDecay());
      double update = m / correction1 / (Math.sqrt(v / correction2) + constants.epsilon());
      put(firstMoment, i, m);
      put(secondMoment, i, v);
      put(parameter, i, decayed - rate * update);
    }
  }
}
