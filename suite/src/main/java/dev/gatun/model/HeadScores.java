package dev.gatun.model;

/**
 * How well next tokens were predicted.
 *
 * @param lossSum sum of the cross-entropy over all targets, in nats
 * @param correct targets that had the largest logit
 * @param targets number of targets
 */
public record HeadScores(double lossSum, long correct, long targets) {
  /** Mean cross-entropy in nats. */
  public double meanLoss() {
    return lossSum / targets;
  }

  /** Share of targets that had the largest logit. */
  public double accuracy() {
    return (double) correct / targets;
  }

  /** Scores of both together. */
  public HeadScores plus(HeadScores other) {
    return new HeadScores(
        lossSum + other.lossSum, correct + other.correct, targets + other.targets);
  }
}
