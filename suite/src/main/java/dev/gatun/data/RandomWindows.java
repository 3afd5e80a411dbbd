package dev.gatun.data;

import dev.gatun.tensor.Batch;

/** Windows of a token sequence, their starts drawn uniformly and independently: for training. */
public final class RandomWindows implements BatchSource {
  private final int[] tokens;
  private final int batch;
  private final int length;
  private final Randomness randomness;

  /**
   * Windows of {@code length} inputs and the token after each.
   *
   * @throws UnusableCorpusException if the tokens do not fill one window
   */
  public RandomWindows(int[] tokens, int batch, int length, Randomness randomness) {
    if (tokens.length < length + 1) {
      throw new UnusableCorpusException(
          "the training text has %s tokens, too few for one window of %s and the token after it"
              .formatted(tokens.length, length));
    }
    this.tokens = tokens;
    this.batch = batch;
    this.length = length;
    this.randomness = randomness;
  }

  @Override
  public Batch batch(long step) {
    var generator = randomness.stream(step).generator();
    int[] inputs = new int[batch * length];
    int[] targets = new int[batch * length];
    for (int row = 0; row < batch; row++) {
      int start = generator.nextInt(tokens.length - length);
      System.arraycopy(tokens, start, inputs, row * length, length);
      System.arraycopy(tokens, start + 1, targets, row * length, length);
    }
    return new Batch(inputs, targets, batch, length);
  }
}
