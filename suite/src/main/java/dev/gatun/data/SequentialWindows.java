package dev.gatun.data;

import dev.gatun.tensor.Batch;
import java.util.Objects;

/** Consecutive windows of a token sequence, each token a target at most once: for evaluation. */
public final class SequentialWindows implements BatchSource {
  private final int[] tokens;
  private final int batch;
  private final int length;

  /**
   * Windows of {@code length} inputs and the token after each; what fills no batch is left out.
   *
   * @throws UnusableCorpusException if the tokens do not fill one batch
   */
  public SequentialWindows(int[] tokens, int batch, int length) {
    this.tokens = tokens;
    this.batch = batch;
    this.length = length;
    if (batches() == 0) {
      throw new UnusableCorpusException(
          "the validation text has %s tokens, too few for a batch of %s windows of %s; take a larger corpus or smaller batches"
              .formatted(tokens.length, batch, length));
    }
  }

  public int batches() {
    return (int) ((tokens.length - 1) / ((long) batch * length));
  }

  /**
   * {@inheritDoc}
   *
   * @throws IndexOutOfBoundsException from {@link #batches()} on
   */
  @Override
  public Batch batch(long step) {
    long index = Objects.checkIndex(step, (long) batches());
    int start = (int) (index * batch * length);
    int[] inputs = new int[batch * length];
    int[] targets = new int[batch * length];
    System.arraycopy(tokens, start, inputs, 0, inputs.length);
    System.arraycopy(tokens, start + 1, targets, 0, targets.length);
    return new Batch(inputs, targets, batch, length);
  }
}
