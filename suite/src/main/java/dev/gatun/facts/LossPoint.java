package dev.gatun.facts;

/**
 * A loss of a model in training, read off a figure.
 *
 * @param step training step
 * @param tokens T, seen until then
 * @param loss in nats per token
 */
public record LossPoint(PublishedModel model, long step, double tokens, double loss) {

  public double parameters() {
    return model.parameters();
  }

  /** The same point with its loss changed. */
  public LossPoint plus(double nats) {
    return new LossPoint(model, step, tokens, loss + nats);
  }
}
