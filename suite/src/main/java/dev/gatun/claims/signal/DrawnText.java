package dev.gatun.claims.signal;

import dev.gatun.data.BatchSource;
import dev.gatun.data.Randomness;
import dev.gatun.tensor.Batch;
import java.util.random.RandomGenerator;

/** Sequences of a source, each drawn independently of all others. */
record DrawnText(KnownSource source, int batch, int length, Randomness randomness)
    implements BatchSource {

  @Override
  public Batch batch(long step) {
    int[] inputs = new int[batch * length];
    int[] targets = new int[batch * length];
    for (int row = 0; row < batch; row++) {
      RandomGenerator random = randomness.stream(step).stream(row).generator();
      int[] sequence = source.sequence(length + 1, random);
      System.arraycopy(sequence, 0, inputs, row * length, length);
      System.arraycopy(sequence, 1, targets, row * length, length);
    }
    return new Batch(inputs, targets, batch, length);
  }
}
