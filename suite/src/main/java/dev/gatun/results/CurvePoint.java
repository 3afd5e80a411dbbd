package dev.gatun.results;

/**
 * A training step as its run's curve keeps it. The validation's numbers are of the model after the
 * step, the others of the step itself.
 *
 * @param step number of steps done, this one included
 * @param tokens trained on up to and with this step
 * @param loss mean over the step's tokens before the update, in nats
 * @param learningRate of the step
 * @param gradientNorm of the whole gradient before clipping
 * @param validationLoss in nats per token, NaN where nothing was evaluated
 * @param validationAccuracy share of tokens predicted first, NaN where nothing was evaluated
 */
public record CurvePoint(
    long step,
    long tokens,
    double loss,
    double learningRate,
    double gradientNorm,
    double validationLoss,
    double validationAccuracy) {

  /** The same with what an evaluation after the step gave. */
  public CurvePoint evaluated(double meanLoss, double accuracy) {
    return new CurvePoint(step, tokens, loss, learningRate, gradientNorm, meanLoss, accuracy);
  }
}
