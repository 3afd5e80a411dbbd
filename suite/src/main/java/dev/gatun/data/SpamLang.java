package dev.gatun.data;

import dev.gatun.tensor.Batch;
import java.util.Arrays;

/**
 * SpamLang (arXiv 2603.10145): each sequence repeats one symbol, drawn uniformly from V. Its
 * sequences are independent, so what a run has seen of the language is its {@link #coverage}.
 */
public final class SpamLang implements BatchSource {
  private final int vocabulary;
  private final int batch;
  private final int length;
  private final Randomness randomness;

  /**
   * Sequences of {@code length} inputs, each predicting the same symbol.
   *
   * @throws IllegalArgumentException if an extent is not positive
   */
  public SpamLang(int vocabulary, int batch, int length, Randomness randomness) {
    if (vocabulary < 1 || batch < 1 || length < 1) {
      throw new IllegalArgumentException(
          "SpamLang needs a positive vocabulary, batch and length, not %s, %s and %s"
              .formatted(vocabulary, batch, length));
    }
    this.vocabulary = vocabulary;
    this.batch = batch;
    this.length = length;
    this.randomness = randomness;
  }

  /** Expected number of independent sequences per symbol after so many steps. */
  public double coverage(long steps) {
    return (double) steps * batch / vocabulary;
  }

  @Override
  public Batch batch(long step) {
    var generator = randomness.stream(step).generator();
    int[] inputs = new int[batch * length];
    for (int row = 0; row < batch; row++) {
      Arrays.fill(inputs, row * length, (row + 1) * length, generator.nextInt(vocabulary));
    }
    return new Batch(inputs, inputs.clone(), batch, length);
  }
}
