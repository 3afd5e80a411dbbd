package dev.gatun.spectrum;

/**
 * Leverage of the target tokens of N contexts: the mean of ℓ_y over the targets. Of a gradient that
 * is all targets, G = −Y/N, the head keeps exactly this energy; of one that has probabilities too,
 * it keeps less ({@link CalibratedProjection}).
 *
 * @param mean Σₙ ℓ_{y(n)}/N
 * @param unrelated D/V
 */
public record TargetLeverage(double mean, double unrelated) {

  /**
   * For targets weighted by how often they occur.
   *
   * @param leverage of every token, summing to D
   * @param targets token ids
   */
  public static TargetLeverage of(double[] leverage, int[] targets) {
    if (targets.length == 0) {
      throw new IllegalArgumentException("the mean leverage of targets needs at least one target");
    }
    double sum = 0;
    for (int target : targets) {
      sum += leverage[target];
    }
    double total = 0;
    for (double value : leverage) {
      total += value;
    }
    return new TargetLeverage(sum / targets.length, total / leverage.length);
  }

  /** The energy kept of the targets alone over what an unrelated head keeps of it. */
  public double keptOverChance() {
    return mean / unrelated;
  }

  /** The destroyed norm that the targets alone would have: √(1 − mean). */
  public double destroyedNorm() {
    return Math.sqrt(Math.max(0, 1 - mean));
  }
}
