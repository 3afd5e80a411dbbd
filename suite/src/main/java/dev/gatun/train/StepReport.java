package dev.gatun.train;

/**
 * A finished step.
 *
 * @param step number of steps done, this one included
 * @param loss mean cross-entropy of the step's batches before the update, in nats
 * @param gradientNorm norm of the whole gradient before clipping
 * @param learningRate of this step
 * @param tokens trained on in this step
 * @param nanosElapsed wall time of this step, without listeners
 */
public record StepReport(
    long step,
    double loss,
    double gradientNorm,
    double learningRate,
    long tokens,
    long nanosElapsed) {

  public double tokensPerSecond() {
    return tokens * 1e9 / nanosElapsed;
  }
}
