package dev.gatun.tensor;

/**
 * Token ids of one step, row by row.
 *
 * @param inputs [batch, length]
 * @param targets [batch, length]: what follows each input
 */
public record Batch(int[] inputs, int[] targets, int batch, int length) {
  /** Checks the extents. */
  public Batch {
    if (inputs.length != batch * length || targets.length != batch * length) {
      throw new IllegalArgumentException(
          "%s inputs and %s targets do not fill [%s, %s]"
              .formatted(inputs.length, targets.length, batch, length));
    }
  }
}
