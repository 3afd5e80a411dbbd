package dev.gatun.measure;

import java.util.Arrays;

/**
 * Token sequences to evaluate a checkpoint on. Every token but the first of a sequence is a target:
 * N = batch·(length − 1) contexts.
 *
 * @param name of the text
 * @param sha256 of the text or of the file of ids
 * @param tokens [batch, length]
 */
public record TokenBatch(String name, String sha256, int[] tokens, int batch, int length) {
  /** Checks the extents. */
  public TokenBatch {
    if (length < 2 || batch < 1 || tokens.length != batch * length) {
      throw new IllegalArgumentException(
          "%s tokens in [%s, %s] leave nothing to predict; sequences need 2 tokens or more"
              .formatted(tokens.length, batch, length));
    }
  }

  /** N. */
  public int contexts() {
    return batch * (length - 1);
  }

  /** The token that follows each, −1 at the end of each sequence: [batch, length]. */
  int[] targets() {
    int[] targets = Arrays.copyOfRange(tokens, 1, tokens.length + 1);
    for (int end = length - 1; end < targets.length; end += length) {
      targets[end] = -1;
    }
    return targets;
  }

  /** The targets without the −1: [N]. */
  int[] contextTargets() {
    return Arrays.stream(targets()).filter(target -> target >= 0).toArray();
  }
}
