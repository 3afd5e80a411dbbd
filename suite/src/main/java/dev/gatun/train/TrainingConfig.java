package dev.gatun.train;

import com.fasterxml.jackson.annotation.JsonTypeInfo;

/**
 * How a model is trained.
 *
 * @param steps optimiser steps
 * @param batch sequences per batch
 * @param length tokens per sequence
 * @param accumulation batches whose gradients make one step
 * @param schedule learning rate over the steps
 * @param optimiser how gradients become steps
 * @param clipNorm the gradient is scaled down to this norm; infinite for no clipping
 * @param seed of weights and batches
 * @param evaluationInterval steps between evaluations on held-out tokens; 0 for the end only
 * @param evaluationBatches the most batches that an evaluation takes
 * @param checkpointInterval steps between run checkpoints; 0 for the end only
 */
public record TrainingConfig(
    long steps,
    int batch,
    int length,
    int accumulation,
    LearningRateSchedule schedule,
    OptimiserSettings optimiser,
    double clipNorm,
    long seed,
    long evaluationInterval,
    int evaluationBatches,
    long checkpointInterval) {

  /** How gradients become steps. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "is")
  public sealed interface OptimiserSettings {

    /** Which parameters weight decay pulls. */
    WeightDecayOn weightDecayOn();

    /** Share of learning rate times parameter that a step takes off, apart from the gradient. */
    double weightDecay();
  }

  /** Which parameters weight decay pulls. */
  public enum WeightDecayOn {
    /** Weights and embeddings, but no norms and no biases. */
    MATRICES,
    /** Every parameter. */
    ALL
  }

  /** AdamW (Loshchilov and Hutter, arXiv 1711.05101). */
  public record AdamWSettings(
      double beta1, double beta2, double epsilon, double weightDecay, WeightDecayOn weightDecayOn)
      implements OptimiserSettings {
    /** Checks the ranges. */
    public AdamWSettings {
      if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1)) {
        throw new IllegalArgumentException(
            "betas must be in [0, 1), not %s and %s".formatted(beta1, beta2));
      }
      if (!(epsilon > 0)) {
        throw new IllegalArgumentException("epsilon must be positive, not " + epsilon);
      }
      requireDecay(weightDecay);
    }

    /** Betas 0.9 and 0.95, epsilon 1e-8, decay 0.1 on matrices. */
    public static AdamWSettings usual() {
      return new AdamWSettings(0.9, 0.95, 1e-8, 0.1, WeightDecayOn.MATRICES);
    }
  }

  /**
   * Stochastic gradient descent with momentum and a weight decay that is no part of the gradient
   * (SGDW, arXiv 1711.05101, algorithm 1): every element's step is proportional to its gradient, as
   * AdamW's is not.
   *
   * @param momentum share of the velocity that is kept from step to step
   */
  public record MomentumSgdSettings(
      double momentum, double weightDecay, WeightDecayOn weightDecayOn)
      implements OptimiserSettings {
    /** Checks the ranges. */
    public MomentumSgdSettings {
      if (!(momentum >= 0 && momentum < 1)) {
        throw new IllegalArgumentException("momentum must be in [0, 1), not " + momentum);
      }
      requireDecay(weightDecay);
    }

    /** Momentum 0.9, no decay. */
    public static MomentumSgdSettings usual() {
      return new MomentumSgdSettings(0.9, 0, WeightDecayOn.MATRICES);
    }
  }

  /** Checks the ranges. */
  public TrainingConfig {
    requireAtLeast("steps", steps, 0);
    requireAtLeast("batch", batch, 1);
    requireAtLeast("length", length, 1);
    requireAtLeast("accumulation", accumulation, 1);
    requireAtLeast("evaluation interval", evaluationInterval, 0);
    requireAtLeast("evaluation batches", evaluationBatches, 1);
    requireAtLeast("checkpoint interval", checkpointInterval, 0);
    if (!(clipNorm > 0)) {
      throw new IllegalArgumentException("clip norm must be positive, not " + clipNorm);
    }
  }

  private static void requireAtLeast(String what, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(
          "%s must be at least %s, not %s".formatted(what, least, value));
    }
  }

  /**
   * A run with AdamW's usual settings, a constant learning rate, gradients clipped to norm 1 and no
   * evaluation before the end.
   */
  public static TrainingConfig of(
      long steps, int batch, int length, double learningRate, long seed) {
    return new TrainingConfig(
        steps,
        batch,
        length,
        1,
        LearningRateSchedule.constant(learningRate, steps),
        AdamWSettings.usual(),
        1,
        seed,
        0,
        8,
        0);
  }

  /** Tokens that one step trains on. */
  public long tokensPerStep() {
    return (long) accumulation * batch * length;
  }

  /** The same, evaluated and kept at its end alone, which changes nothing of its result. */
  TrainingConfig withoutIntervals() {
    return new TrainingConfig(
        steps, batch, length, accumulation, schedule, optimiser, clipNorm, seed, 0, 1, 0);
  }

  private static void requireDecay(double weightDecay) {
    if (!(weightDecay >= 0)) {
      throw new IllegalArgumentException("weight decay must not be negative: " + weightDecay);
    }
  }
}
