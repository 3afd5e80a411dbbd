package dev.gatun.model.head;

/**
 * How well next tokens were predicted.
 *
 * @param lossSum sum of the cross-entropy over all targets, in nats
 * @param correct targets that had the largest logit
 * @param targets number of targets
 */
public record HeadScores(double lossSum, long correct, long targets) {
  /** From the tokens with the largest logit and the targets, −1 where there is none. */
  static HeadScores of(double lossSum, int[] predicted, int[] targets) {
    long correct = 0;
    long count = 0;
    for (int i = 0; i < targets.length; i++) {
      correct += targets[i] == predicted[i] ? 1 : 0;
      count += targets[i] >= 0 ? 1 : 0;
    }
    return new HeadScores(lossSum, correct, count);
  }

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
