package dev.gatun.backend;

import static dev.gatun.backend.Elements.at;
import static dev.gatun.backend.Elements.idAt;
import static dev.gatun.backend.Elements.put;

import dev.gatun.tensor.Tensor;

/** Cross-entropy and AdamW. */
final class ReferenceLoss {
  private ReferenceLoss() {}

  static void crossEntropyLoss(Tensor logits, Tensor targets, Tensor losses) {
    OperandChecks.idsWithin("crossEntropyLoss", targets, -1, logits.cols());
    for (long r = 0; r < logits.rows(); r++) {
      int target = idAt(targets, r);
      put(losses, r, target < 0 ? 0 : logSumExp(logits, r) - at(logits, r, target));
    }
  }

  static void crossEntropy(Tensor logits, Tensor targets, double scale, Tensor losses) {
    crossEntropyLoss(logits, targets, losses);
    for (long r = 0; r < logits.rows(); r++) {
      gradientRow(logits, r, logSumExp(logits, r), idAt(targets, r), 1, 0, scale);
    }
  }

  static void logSumExpRows(Tensor logits, Tensor logSumExp) {
    for (long r = 0; r < logits.rows(); r++) {
      put(logSumExp, r, logSumExp(logits, r));
    }
  }

  static void crossEntropyColumns(
      Tensor logits, Tensor logSumExp, Tensor targets, long firstClass, double scale) {
    for (long r = 0; r < logits.rows(); r++) {
      gradientRow(logits, r, at(logSumExp, r), idAt(targets, r), 1, firstClass, scale);
    }
  }

  static void weightedCrossEntropyColumns(
      Tensor logits,
      Tensor logSumExp,
      Tensor targets,
      Tensor weights,
      long firstClass,
      double scale) {
    for (long r = 0; r < logits.rows(); r++) {
      int target = idAt(targets, r);
      gradientRow(logits, r, at(logSumExp, r), target, at(weights, r), firstClass, scale);
    }
  }

  private static void gradientRow(
      Tensor logits, long r, double lse, int target, double weight, long firstClass, double scale) {
    for (long v = 0; v < logits.cols(); v++) {
      double probability = Math.exp(at(logits, r, v) - lse);
      double oneHot = target == firstClass + v ? weight : 0;
      put(logits, r, v, target < 0 ? 0 : scale * (probability - oneHot));
    }
  }

  private static double logSumExp(Tensor logits, long r) {
    double[] row = new double[(int) logits.cols()];
    for (int v = 0; v < row.length; v++) {
      row[v] = at(logits, r, v);
    }
    return ReferenceAttention.logSumExp(row);
  }

  static void adamW(
      AdamWStep step, Tensor parameter, Tensor gradient, Tensor firstMoment, Tensor secondMoment) {
    double correction1 = 1 - Math.pow(step.beta1(), step.step());
    double correction2 = 1 - Math.pow(step.beta2(), step.step());
    for (long i = 0; i < parameter.size(); i++) {
      double g = step.gradientScale() * at(gradient, i);
      double m = step.beta1() * at(firstMoment, i) + (1 - step.beta1()) * g;
      double v = step.beta2() * at(secondMoment, i) + (1 - step.beta2()) * g * g;
      double decayed = at(parameter, i) * (1 - step.learningRate() * step.weightDecay());
      double update = m / correction1 / (Math.sqrt(v / correction2) + step.epsilon());
      put(firstMoment, i, m);
      put(secondMoment, i, v);
      put(parameter, i, decayed - step.learningRate() * update);
    }
  }
}
