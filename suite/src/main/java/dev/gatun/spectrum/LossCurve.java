package dev.gatun.spectrum;

/**
 * Mean cross-entropy along a direction in the space of logits, at steps of given norms.
 *
 * @param cosine cos(−G, Δ) of the direction as it was walked: what a vanishing step along it gains,
 *     relative to one of equal norm along −G; not negative, because a direction that ascends is
 *     turned round
 * @param startLoss loss without a step, in nats
 * @param sizes norms of the steps ‖ΔL‖/√N, ascending: root mean square over contexts of the change
 *     of a context's logit vector
 * @param losses after each step, in nats
 */
public record LossCurve(double cosine, double startLoss, double[] sizes, double[] losses) {

  /** Keeps copies. */
  public LossCurve {
    sizes = sizes.clone();
    losses = losses.clone();
    if (sizes.length != losses.length || sizes.length == 0) {
      throw new IllegalArgumentException(
          "%s losses for %s step sizes".formatted(losses.length, sizes.length));
    }
  }

  public int size() {
    return sizes.length;
  }

  /** Norm of a step, ‖ΔL‖/√N. */
  public double stepSize(int index) {
    return sizes[index];
  }

  /** How much a step lowers the loss, in nats; negative if it raises it. */
  public double decrease(int index) {
    return startLoss - losses[index];
  }

  /** Index of the step that lowers the loss most. */
  public int best() {
    int best = 0;
    for (int i = 1; i < losses.length; i++) {
      if (losses[i] < losses[best]) {
        best = i;
      }
    }
    return best;
  }
}
